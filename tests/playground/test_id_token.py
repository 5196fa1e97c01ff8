"""The id token: each lie is found, named by its check, and no token of that response is kept."""

import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from authlib.oidc.core.util import create_half_hash
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.util import urlsafe_b64encode

from tests.discovery.test_discovery import OPENID, document, look
from tests.playground.issuer import (
    CLIENT,
    SECRET,
    Issuer,
    begin,
    come_back,
    encrypted,
    finish,
    published_key,
)
from tests.playground.walking import leave, open_form, value
from tests.support.apps import Playground
from tests.support.browser import Browser, Page
from tests.support.rogue import Rogue


@pytest.fixture
def issuer(rogue: Rogue) -> Issuer:
    """A server whose id tokens the test makes."""
    return Issuer(rogue)


def believed(page: Page) -> None:
    """The token page shows the token."""
    assert (page.status, page.heading) == (200, "You received the access token")


def refused(page: Page, check: str) -> None:
    """The failure names the check, and the token is not shown."""
    assert page.status in (400, 502), page.words
    assert "is not believed" in page.words
    assert check in page.heading
    assert "at-0123456789" not in page.html


TRUST = "Trust this one, for this session"
NOW = int(time.time())
LIES = {
    "wrong-issuer": ("iss", {"iss": "https://evil.example"}),
    "issuer-with-slash": ("iss", {"iss": "+/"}),
    "missing-issuer": ("iss", {"iss": None}),
    "missing-audience": ("aud", {"aud": None}),
    "other-audience": ("aud", {"aud": "somebody-else"}),
    "additional-audience": ("aud", {"aud": [CLIENT, "unknown"]}),
    "wrong-azp": ("azp", {"azp": "somebody-else"}),
    "missing-subject": ("sub", {"sub": None}),
    "subject-of-wrong-type": ("sub", {"sub": 7}),
    "subject-too-long": ("sub", {"sub": "x" * 256}),
    "expired": ("exp", {"exp": NOW - 3600}),
    "missing-exp": ("exp", {"exp": None}),
    "exp-of-wrong-type": ("exp", {"exp": "tomorrow"}),
    "issued-in-the-future": ("iat", {"iat": NOW + 86_400}),
    "missing-iat": ("iat", {"iat": None}),
    "not-yet-valid": ("nbf", {"nbf": NOW + 86_400}),
    "wrong-nonce": ("nonce", {"nonce": "another"}),
    "missing-nonce": ("nonce", {"nonce": None}),
    "wrong-at-hash": ("at_hash", {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    "wrong-c-hash": ("c_hash", {"c_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
}


@pytest.mark.parametrize("lie", LIES)
def test_lie(http: Browser, playground: Playground, issuer: Issuer, lie: str) -> None:
    """A claim that is wrong or missing fails its own check (OIDC Core §3.1.3.7)."""
    check, changed = LIES[lie]
    changed = {n: issuer.url + "/" if v == "+/" else v for n, v in changed.items()}
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(**{"nonce": sent["nonce"], **changed})))
    refused(finish(http, playground, sent), check)


def test_truth(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """Good claims, an audience list of one and a fitting at_hash are believed."""
    sent = begin(http, playground, issuer)
    half = create_half_hash("at-0123456789", "RS256").decode()
    claims = issuer.claims(sent["nonce"], aud=[CLIENT], azp=CLIENT, at_hash=half)
    issuer.answer_token(issuer.sign(claims))
    believed(finish(http, playground, sent))


def _unsigned(claims: dict[str, Any], header: dict[str, Any] | None = None) -> str:
    parts = [json.dumps(part).encode() for part in (header or {"alg": "none"}, claims)]
    return b".".join(urlsafe_b64encode(part) for part in parts).decode() + "."


def test_alg_none(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """An unsigned token is never believed (RFC 8725 §3.2)."""
    sent = begin(http, playground, issuer)
    issuer.answer_token(_unsigned(issuer.claims(sent["nonce"])))
    refused(finish(http, playground, sent), "signature")


def test_alg_none_without_a_key_set(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """Without jwks_uri an unsigned token is refused all the same."""
    sent = begin(http, playground, issuer)
    issuer.rogue.answer("/none", 404)
    page_form = {"jwks_uri": ""}
    sent = begin_without_keys(http, playground, issuer, page_form)
    issuer.answer_token(_unsigned(issuer.claims(sent["nonce"])))
    refused(finish(http, playground, sent), "signature")


def test_signature_of_nobody_over_http(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """Without a key set only TLS vouches for an id token (OIDC Core §3.1.3.7 (6))."""
    begin(http, playground, issuer)
    sent = begin_without_keys(http, playground, issuer, {"jwks_uri": ""})
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"])))
    page = finish(http, playground, sent)
    refused(page, "signature")
    assert "did not come from the server over TLS" in page.words
    assert "Sign out" not in page.buttons


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"alg": "RS256"}, "none is configured"),
        ({"alg": "RS256", "crit": ["x-new"], "x-new": 1}, "it has a critical header"),
    ],
)
def test_signature_of_nobody_over_tls(
    http: Browser,
    playground: Playground,
    tls_server: Callable[[str], Rogue],
    header: dict[str, Any],
    words: str,
) -> None:
    """TLS may vouch for the id token, but not for a header that nobody here understands."""
    issuer = Issuer(tls_server("self_signed"))
    begin(http, playground, issuer)
    sent = begin_without_keys(http, playground, issuer, {"jwks_uri": ""})
    issuer.answer_token(_unsigned(issuer.claims(sent["nonce"]), header) + "AAAA")
    code = finish(http, playground, sent).submit("See the certificate").submit(TRUST)
    page = code.submit("Get Access Token")
    assert words in page.words
    assert page.status == (400 if "crit" in header else 200)
    assert ("Sign out" in page.buttons) is (page.status == 200)


def begin_without_keys(
    http: Browser, playground: Playground, issuer: Issuer, typed: dict[str, str]
) -> dict[str, str]:
    """Begin a flow for which no key set is configured."""
    from urllib.parse import parse_qsl, urlsplit

    from tests.playground.walking import leave, open_form

    page = leave(open_form(http, playground), **typed)
    return dict(parse_qsl(urlsplit(page.location).query))


def test_hmac_with_the_public_key(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """HS256 with the server's public key as secret is refused (RFC 8725 §2.1)."""
    sent = begin(http, playground, issuer)
    header = {"alg": "HS256", "kid": "one"}
    parts = [json.dumps(part).encode() for part in (header, issuer.claims(sent["nonce"]))]
    signed = b".".join(urlsafe_b64encode(part) for part in parts)
    forged = hmac.digest(issuer.key.as_pem(private=False), signed, "sha256")
    issuer.answer_token((signed + b"." + urlsafe_b64encode(forged)).decode())
    refused(finish(http, playground, sent), "signature")


def test_hmac_with_the_client_secret(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """HS256 with a client secret of enough length is believed (OIDC Core §10.1)."""
    sent = begin(http, playground, issuer)
    key = OctKey.import_key(SECRET)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"]), key=key, alg="HS256"))
    believed(finish(http, playground, sent))


@pytest.mark.parametrize(("alg", "size"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
def test_hmac_needs_a_secret_as_long_as_the_hash(
    http: Browser, playground: Playground, issuer: Issuer, alg: str, size: int
) -> None:
    """One byte less is refused, with the reason (RFC 7518 §3.2)."""

    def answered(secret: str) -> Page:
        sent = begin(http, playground, issuer)
        key = OctKey.import_key(secret)
        issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"]), key=key, alg=alg))
        return come_back(http, playground, sent).submit("Get Access Token", client_secret=secret)

    short = answered("s" * (size - 1))
    refused(short, "signature")
    assert f"{alg} needs a client secret of {size} bytes or more" in short.words
    believed(answered("s" * size))


def test_key_in_the_header_is_ignored(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """A token that brings its own key in jwk is not believed (RFC 8725 §3.10)."""
    sent = begin(http, playground, issuer)
    own = RSAKey.generate_key(2048, {"kid": "one"})
    token = issuer.sign(issuer.claims(sent["nonce"]), key=own, jwk=own.as_dict(private=False))
    issuer.answer_token(token)
    refused(finish(http, playground, sent), "signature")


def test_unknown_crit(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """A critical header that we do not know is refused (RFC 7515 §4.1.11)."""
    from joserfc import jws

    sent = begin(http, playground, issuer)
    registry = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
    registry.check_header = lambda _: None  # type: ignore[method-assign]
    header = {"alg": "RS256", "kid": "one", "crit": ["x-new"], "x-new": 1}
    payload = json.dumps(issuer.claims(sent["nonce"]))
    issuer.answer_token(jws.serialize_compact(header, payload, issuer.key, registry=registry))
    refused(finish(http, playground, sent), "signature")


def test_wrong_typ(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """An access token is no id token (RFC 8725 §3.11)."""
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"]), typ="at+jwt"))
    refused(finish(http, playground, sent), "typ")


def test_tampered_payload(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """A payload that was changed after signing fails the signature."""
    sent = begin(http, playground, issuer)
    good = issuer.sign(issuer.claims(sent["nonce"])).split(".")
    other = issuer.sign(issuer.claims(sent["nonce"], sub="mallory")).split(".")
    issuer.answer_token(".".join([good[0], other[1], good[2]]))
    refused(finish(http, playground, sent), "signature")


def test_weak_key(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """An RSA key of 1024 bits is refused."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    sent = begin(http, playground, issuer)
    private = rsa.generate_private_key(65537, 1024)
    weak = RSAKey(private, private, {"kid": "weak"})
    issuer.publish(weak)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"]), key=weak))
    refused(finish(http, playground, sent), "signature")


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (ECKey.generate_key("P-256", {"kid": "e"}), "ES256"),
        (ECKey.generate_key("P-384", {"kid": "e"}), "ES384"),
        (RSAKey.generate_key(2048, {"kid": "e"}), "PS256"),
        (OKPKey.generate_key("Ed25519", {"kid": "e"}), "EdDSA"),
    ],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_other_algorithms(
    http: Browser, playground: Playground, issuer: Issuer, key: Any, alg: str
) -> None:
    """The PS and ES families and EdDSA are believed, among key types that we do not know."""
    sent = begin(http, playground, issuer)
    issuer.publish(key, others=[{"kty": "NEW", "kid": "n"}, "no key", {"kty": "RSA"}])
    half = create_half_hash("at-0123456789", alg).decode()
    claims = issuer.claims(sent["nonce"], at_hash=half)
    issuer.answer_token(issuer.sign(claims, key=key, alg=alg))
    believed(finish(http, playground, sent))


def test_absent_kid_with_one_fitting_key(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """Without kid the one fitting key is used (OIDC Core §10.1)."""
    sent = begin(http, playground, issuer)
    issuer.publish(issuer.key, ECKey.generate_key("P-256", {"kid": "other"}))
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"]), kid=None))
    believed(finish(http, playground, sent))


@pytest.mark.parametrize(
    ("key", "other", "alg"),
    [
        (ECKey.generate_key("P-256"), ECKey.generate_key("P-384"), "ES256"),
        (OKPKey.generate_key("Ed25519"), OKPKey.generate_key("X25519"), "EdDSA"),
        (RSAKey.generate_key(2048), RSAKey.generate_key(2048, {"key_ops": ["encrypt"]}), "RS256"),
    ],
    ids=["other-curve", "key-for-agreement", "key-for-encryption"],
)
@pytest.mark.parametrize("kid", [None, "same"])
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_one_fitting_key_of_a_type(
    http: Browser, playground: Playground, issuer: Issuer, key: Any, other: Any, alg: str, kid: Any
) -> None:
    """A key of another curve, or for another operation, does not fit (RFC 7517 §4.3, §4.5)."""
    sent = begin(http, playground, issuer)
    named = {"kid": kid} if kid else {}
    others = [{**k.as_dict(private=False), **named} for k in (other, key)]
    issuer.publish(others=others)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"]), key=key, alg=alg, kid=kid))
    believed(finish(http, playground, sent))


def test_rotated_key_is_fetched_once(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """An unknown kid makes us fetch the key set once more, and not for every token."""
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"])))
    believed(finish(http, playground, sent))
    new = RSAKey.generate_key(2048, {"kid": "two"})
    issuer.publish(new)
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"]), key=new))
    believed(finish(http, playground, sent))
    for _ in range(2):
        sent = begin(http, playground, issuer)
        stranger = RSAKey.generate_key(2048, {"kid": "three"})
        issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"]), key=stranger))
        refused(finish(http, playground, sent), "signature")
    assert [r.path for r in issuer.rogue.requests].count("/jwks") == 2


def test_key_set_that_cannot_be_read(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """A key set that is a web page is a 502 that says so."""
    issuer.rogue.html("/jwks")
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"])))
    page = finish(http, playground, sent)
    assert page.status == 502
    assert "keys cannot be read" in page.words


def test_sign_in_of_the_future(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """auth_time may not lie after now either, or max_age would be met for ever (§2)."""
    sent = begin(http, playground, issuer, max_age="60")
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"], auth_time=NOW + 86_400)))
    refused(finish(http, playground, sent), "auth_time")


def test_max_age_and_acr(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """auth_time must be recent enough for max_age; another acr than asked is pointed out."""
    sent = begin(http, playground, issuer, max_age="60", acr_values="gold")
    old = issuer.claims(sent["nonce"], auth_time=NOW - 3600)
    issuer.answer_token(issuer.sign(old))
    refused(finish(http, playground, sent), "auth_time")
    sent = begin(http, playground, issuer, max_age="60", acr_values="gold")
    fresh = issuer.claims(sent["nonce"], auth_time=int(time.time()), acr="silver")
    issuer.answer_token(issuer.sign(fresh))
    page = finish(http, playground, sent)
    believed(page)
    assert "one of gold" in page.words


def test_encrypted_id_token(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """A JWE is opened with the playground's own key, or with one that was pasted."""
    ours = published_key(http, playground)
    pasted = RSAKey.generate_key(2048)
    for key, typed in ((ours, ""), (pasted, json.dumps(pasted.as_dict(private=True)))):
        sent = begin(http, playground, issuer, id_token_decryption_key=typed)
        inner = issuer.sign(issuer.claims(sent["nonce"], given_name="Augusta"))
        issuer.answer_token(encrypted(inner, key))
        page = finish(http, playground, sent)
        believed(page)
        assert "opened, RSA-OAEP A256GCM" in page.words
        assert "it came encrypted (JWE) and our key opened it" in page.words
        assert value(page, "given_name") == "Augusta"


def test_encrypted_for_somebody_else(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """A JWE that our key does not open is refused with a sentence."""
    sent = begin(http, playground, issuer)
    inner = issuer.sign(issuer.claims(sent["nonce"]))
    issuer.answer_token(encrypted(inner, RSAKey.generate_key(2048)))
    page = finish(http, playground, sent)
    assert page.status == 400
    assert "cannot be opened with this key" in page.words


@pytest.mark.parametrize("missing", ["at_hash", "c_hash"])
def test_front_channel_hashes_are_mandatory(
    http: Browser, playground: Playground, issuer: Issuer, missing: str
) -> None:
    """An id token beside a token and a code must vouch for both (OIDC Core §3.3.2.11)."""
    from tests.playground.walking import choose_grant, open_form

    begin(http, playground, issuer)
    choose_grant(open_form(http, playground), "hybrid")
    sent = begin_without_keys(http, playground, issuer, {"response_type": "code id_token token"})
    halves = {
        "at_hash": create_half_hash("at-0123456789", "RS256").decode(),
        "c_hash": create_half_hash("code-1", "RS256").decode(),
    }
    claims = issuer.claims(sent["nonce"], **{**halves, missing: None})
    answer = {
        "code": "code-1",
        "access_token": "at-0123456789",
        "token_type": "Bearer",
        "id_token": issuer.sign(claims),
        "state": sent["state"],
    }
    page = http.post(
        f"{playground.url}/playground2/oauth2client", answer, cross_site=True, follow=True
    )
    refused(page, missing)
    assert "/token" not in [request.path for request in issuer.rogue.requests]


def test_hybrid_id_tokens_of_two_people(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """Both id tokens of a hybrid flow must name the same person (OIDC Core §3.3.3.6)."""
    from tests.playground.walking import choose_grant, open_form

    begin(http, playground, issuer)
    choose_grant(open_form(http, playground), "hybrid")
    sent = begin_without_keys(http, playground, issuer, {"response_type": "code id_token"})
    half = create_half_hash("code-1", "RS256").decode()
    front = issuer.sign(issuer.claims(sent["nonce"], c_hash=half))
    answer = {"code": "code-1", "id_token": front, "state": sent["state"]}
    page = http.post(f"{playground.url}/playground2/oauth2client", answer, cross_site=True)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"], sub="mallory")))
    refused(page.submit("Get Access Token"), "sub")


def test_refreshed_id_token_of_another_person(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """A refresh may not change who it is (OIDC Core §12.2)."""
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"])), refresh_token="r-0123456789")
    page = finish(http, playground, sent)
    believed(page)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"], sub="mallory")))
    page = page.submit("Refresh")
    assert page.status == 400
    assert "sub failed" in page.heading


def refreshed(http: Browser, playground: Playground, issuer: Issuer, **changed: Any) -> Page:
    """Sign in as 7, then refresh with these changes in the id token; the page after it."""
    sent = begin(http, playground, issuer, userinfo_endpoint=f"{issuer.url}/userinfo")
    first = issuer.claims(sent["nonce"], sub="7")
    issuer.answer_token(issuer.sign(first), refresh_token="r-0123456789")
    page = finish(http, playground, sent)
    believed(page)
    claims = {name: v for name, v in {**first, **changed}.items() if v is not None}
    issuer.answer_token(issuer.sign(claims))
    return page.submit("Refresh")


def test_refreshed_subject_of_another_type(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """The number 7 is not the person "7" (OIDC Core §2, §12.2)."""
    page = refreshed(http, playground, issuer, sub=7)
    refused(page, "sub")
    assert "7, which is no string" in page.words


def test_refreshed_id_token_with_another_nonce(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """A nonce in a refreshed id token is the first one's (OIDC Core §12.2)."""
    refused(refreshed(http, playground, issuer, nonce="another"), "nonce")


@pytest.mark.parametrize("with_nonce", [True, False])
def test_refreshed_id_token_with_its_nonce_or_none(
    http: Browser, playground: Playground, issuer: Issuer, *, with_nonce: bool
) -> None:
    """The first one's nonce may come again, or none (OIDC Core §12.2)."""
    changed = {} if with_nonce else {"nonce": None}
    assert refreshed(http, playground, issuer, **changed).status == 200


def test_userinfo_subject_of_another_type(
    http: Browser, playground: Playground, issuer: Issuer
) -> None:
    """UserInfo about the number 7 is not about the person "7" (OIDC Core §5.3.2)."""
    page = refreshed(http, playground, issuer)
    issuer.rogue.answer("/userinfo", 200, {"Content-Type": "application/json"}, {"sub": 7})
    assert "about somebody else" in page.submit("Get UserInfo").words
    issuer.rogue.answer("/userinfo", 200, {"Content-Type": "application/json"}, {"sub": "7"})
    assert http.get(page.url).submit("Get UserInfo").status == 200


def ask_userinfo(http: Browser, playground: Playground, issuer: Issuer, answer: str) -> Page:
    """Sign ada in and ask UserInfo, which answers with this JWT; the page after it."""
    sent = begin(http, playground, issuer, userinfo_endpoint=f"{issuer.url}/userinfo")
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"])))
    page = finish(http, playground, sent)
    believed(page)
    issuer.rogue.answer(
        "/userinfo", 200, {"Content-Type": "Application/JWT; charset=utf-8"}, answer
    )
    return page.submit("Get UserInfo")


def test_signed_userinfo_in_capitals(http: Browser, playground: Playground, issuer: Issuer) -> None:
    """The name of a media type means the same in any case (RFC 9110 §8.3.1)."""
    page = ask_userinfo(http, playground, issuer, issuer.sign({"sub": "ada", "name": "Augusta"}))
    assert (page.status, page.heading) == (200, "Who signed in?")
    assert "Augusta" in page.words


@pytest.mark.parametrize(
    ("check", "claims", "header"),
    [
        ("exp", {"exp": NOW - 3600}, {}),
        ("nbf", {"nbf": NOW + 86_400}, {}),
        ("typ", {}, {"typ": "logout+jwt"}),
        ("aud", {"aud": "somebody-else"}, {}),
        ("iss", {"iss": "https://evil.example"}, {}),
    ],
)
def test_signed_userinfo_that_lies(
    http: Browser,
    playground: Playground,
    issuer: Issuer,
    check: str,
    claims: dict[str, Any],
    header: dict[str, str],
) -> None:
    """What a signed answer says of itself must be so, and the check that failed is named."""
    good = {"sub": "ada", "iss": issuer.url, "aud": CLIENT}
    page = ask_userinfo(http, playground, issuer, issuer.sign({**good, **claims}, **header))
    assert page.status == 400
    assert page.heading == f"The UserInfo answer is not believed: {check} failed."


@pytest.mark.parametrize(("announced", "word"), [("RS256", "warning"), ("ES256", "passed")])
def test_an_algorithm_is_compared_with_the_announced_ones(
    http: Browser, playground: Playground, issuer: Issuer, announced: str, word: str
) -> None:
    """Taken metadata names the algorithms; another one is pointed out (§3.1.3.7 (7))."""
    named = {"id_token_signing_alg_values_supported": [announced]}
    issuer.rogue.answer(OPENID, body=document(issuer.url, **named))
    look(http, playground, issuer.url).submit("Take it into the form")
    asked = leave(
        open_form(http, playground), client_id=CLIENT, client_secret=SECRET, scope="openid"
    )
    sent = dict(parse_qsl(urlsplit(asked.location).query))
    key = ECKey.generate_key("P-256", {"kid": "ec"})
    issuer.publish(key)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"]), key=key, alg="ES256"))
    page = finish(http, playground, sent)
    believed(page)
    rows = page.soup.select("table.checks tbody tr")
    (row,) = (row for row in rows if row.th.get_text(" ", strip=True).split()[0] == "alg")
    assert word in row.get_text(" ", strip=True)
    assert "ES256" in row.get_text()
