"""Whatever is sent to the callback or to a form: no crash, no markup of the sender's."""

import urllib.parse

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.fields import FIELDS
from tests.hostile.conftest import Hostile, harmless

# Real requests with a store behind them: no deadline, and one application for all examples.
CALM = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MARKUP = st.sampled_from(
    [
        '"><script>alert(1)</script>',
        "<img src=x onerror=alert(1)>",
        "'\"><svg/onload=alert(1)>",
        "</textarea><script>alert(1)</script>",
        "{{7*7}}<b>",
        "javascript:alert(1)//<x>",
        "%3Cscript%3E<s>",
        "\r\nSet-Cookie: a=b<x>",
        "http://a\\@b<x>/",
        "http://[::1<x>",
        "http://host:99999999999/<x>",
        "\ud800<x>",
        "\x00<x>",
    ]
)
VALUES = st.one_of(
    MARKUP,
    st.text(max_size=60),
    st.text(alphabet="0123456789-eE.", max_size=12),
    st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=3), st.just(900)),
)
PARAMETERS = (
    "code state iss error error_description error_uri access_token token_type expires_in scope "
    "id_token session_state response csrf_token present __proto__"
).split()
NAMES = st.one_of(st.sampled_from(PARAMETERS), st.text(max_size=12))
PAIRS = st.lists(st.tuples(NAMES, VALUES), max_size=8)
FORM = st.dictionaries(
    st.sampled_from([field.name for field in FIELDS] + ["profile", "extra_name", "extra_value"]),
    VALUES,
    max_size=6,
)


def _encoded(pairs: list[tuple[str, str]]) -> bytes:
    return urllib.parse.urlencode(pairs, errors="surrogatepass").encode()


def _typed(values: object) -> list[str]:
    return [value for value in values if "<" in value]  # type: ignore[attr-defined]


@CALM
@given(pairs=PAIRS, known=st.booleans())
def test_the_callback_takes_anything(
    hostile: Hostile, pairs: list[tuple[str, str]], known: bool
) -> None:
    """By query, with a state of ours or without: refused or shown, never broken or reflected."""
    sent = list(pairs)
    if known:
        state, _ = hostile.flow()
        sent = [pair for pair in sent if pair[0] != "state"] + [("state", state)]
    answer = hostile.get("/playground2/oauth2client?" + _encoded(sent).decode("ascii"))
    for typed in _typed(value for _, value in pairs) or [""]:
        harmless(answer, typed)
    if answer.status_code == 303:
        page = hostile.get(answer.headers["Location"])
        for typed in _typed(value for _, value in pairs) or [""]:
            harmless(page, typed)


@CALM
@given(pairs=PAIRS, path=st.sampled_from(["", "/fragment"]))
def test_posted_responses_take_anything(
    hostile: Hostile, pairs: list[tuple[str, str]], path: str
) -> None:
    """form_post and the fragment's relay are forms that anybody on the web can send."""
    options = {"content_type": "application/x-www-form-urlencoded"}
    sent = [*pairs, ("csrf_token", hostile.csrf())] if path else pairs
    answer = hostile.post("/playground2/oauth2client" + path, _encoded(sent), **options)
    harmless(answer)
    if answer.status_code == 303:
        page = hostile.get(answer.headers["Location"])
        for typed in _typed(value for _, value in pairs) or [""]:
            harmless(page, typed)


@CALM
@given(body=st.binary(max_size=400))
def test_a_callback_of_raw_bytes(hostile: Hostile, body: bytes) -> None:
    """Bytes in no encoding, in the query and as a body of any declared type."""
    target = "/playground2/oauth2client"
    harmless(hostile.get(target, query_string=body.decode("latin-1")))
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x/y"):
        harmless(hostile.post(target, body, content_type=kind))


@CALM
@given(
    values=FORM, action=st.sampled_from(["authorize", "show", "grant", "profile", "discovery", "?"])
)
def test_the_form_takes_anything(hostile: Hostile, values: dict[str, str], action: str) -> None:
    """Every field, every button: corrected, refused or sent, and shown again as text."""
    form = {**values, "action": action, "csrf_token": hostile.csrf()}
    harmless(_post(hostile, "/playground2/oauth2", form))
    page = hostile.get("/playground2/oauth2")
    for typed in _typed(values.values()) or [""]:
        harmless(page, typed)


@CALM
@given(values=FORM)
def test_a_link_that_fills_the_form_takes_anything(
    hostile: Hostile, values: dict[str, str]
) -> None:
    """The same fields in an address that somebody else made."""
    answer = hostile.get("/playground2/oauth2?" + _encoded(list(values.items())).decode("ascii"))
    for typed in _typed(values.values()) or [""]:
        harmless(answer, typed)


FLOW_FORMS = [
    ("token", "redirect_uri token_endpoint client_secret code_verifier attempt"),
    ("token", "token_endpoint_auth_method attempt"),
    ("refresh", "attempt"),
    ("introspect", "token username password"),
    ("revoke", "token username password"),
    ("resource", "url method headers body"),
    ("userinfo", ""),
    ("photos", ""),
    ("direct", "attempt"),
]


@pytest.mark.parametrize(("action", "fields"), FLOW_FORMS, ids=[f"{a}-{f}" for a, f in FLOW_FORMS])
def test_the_forms_of_a_flow_take_anything(hostile: Hostile, action: str, fields: str) -> None:
    """With a code and with a token: every later form with hostile values in every field."""
    state, here = hostile.flow()
    hostile.get(f"/playground2/oauth2client?code=c&state={state}")
    names = st.sampled_from([*fields.split(), "other"])

    @settings(CALM, max_examples=20)
    @given(values=st.dictionaries(names, VALUES, max_size=4))
    def attack(values: dict[str, str]) -> None:
        form = {**values, "csrf_token": hostile.csrf()}
        harmless(_post(hostile, f"{here}/{action}", form))
        for page in ("", "/token", "/failure"):
            answer = hostile.get(here + page)
            for typed in _typed(values.values()) or [""]:
                harmless(answer, typed)

    attack()
    hostile.post(f"{here}/token", {"csrf_token": hostile.csrf(), "attempt": "9000"})
    attack()


@CALM
@given(path=st.text(max_size=40), method=st.sampled_from(["GET", "POST", "PUT", "TRACE", "HEAD"]))
def test_any_path_and_method(hostile: Hostile, path: str, method: str) -> None:
    """Addresses that no page has."""
    target = urllib.parse.quote(path, safe="/", errors="surrogatepass")
    for start in ("/", "/playground2/", "/playground2/oauth2client/"):
        harmless(hostile.client.open(start + target, method=method, base_url="http://localhost"))


@CALM
@given(
    cookies=st.dictionaries(
        st.sampled_from(["playground_session", "playground_flow_x", "playground_flow_", "a"]),
        st.text(max_size=40),
        max_size=3,
    )
)
def test_any_cookie(hostile: Hostile, cookies: dict[str, str]) -> None:
    """Cookies that we never gave."""
    raw = "; ".join(f"{name}={value}" for name, value in cookies.items())
    header = raw.encode("utf-8", "surrogatepass").decode("latin-1")
    header = "".join(c for c in header if c not in "\r\n\x00")
    for path in ("/playground2/", "/playground2/oauth2", "/playground2/oauth2client/x"):
        answer = hostile.app.test_client(use_cookies=False).get(
            path, base_url="http://localhost", headers={"Cookie": header}
        )
        harmless(answer)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"&".join(b"f=1" for _ in range(5000)), 413),
        (b"x=" + b"y" * 300_000, 413),
        (b"&" * 100_000, 413),
    ],
    ids=["many-fields", "long", "empty-fields"],
)
def test_too_much_gets_a_page(hostile: Hostile, body: bytes, status: int) -> None:
    """More fields or bytes than any page of ours has: a page that says so."""
    for path in ("/playground2/oauth2", "/playground2/oauth2client"):
        answer = hostile.post(path, body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == status
        assert "more than" in answer.text


def _post(hostile: Hostile, path: str, form: dict[str, str]) -> object:
    body = _encoded(list(form.items()))
    return hostile.post(path, body, content_type="application/x-www-form-urlencoded")
