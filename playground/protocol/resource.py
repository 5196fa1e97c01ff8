"""A request with the token to a resource server, and what its refusal says (RFC 6750)."""

from __future__ import annotations

from werkzeug.datastructures import WWWAuthenticate

from playground.errors import ServerMisbehaved, ServerRefused
from playground.foreign_json import parsed
from playground.protocol.explain import resource_error
from playground.wire.exchange import Exchange
from playground.wire.transport import Outgoing


def bearer_request(url: str, access_token: str, *, purpose: str) -> Outgoing:
    """A GET with the token in the header, the only place it goes (RFC 6750 §2.1)."""
    return Outgoing(
        purpose=purpose,
        method="GET",
        url=url,
        receiver="resource server",
        access_token=access_token,
        headers=(("Accept", "application/json, image/*;q=0.9, */*;q=0.5"),),
    )


def challenge(header: str) -> dict[str, str]:
    """The attributes of a Bearer challenge; empty when there is none (RFC 6750 §3)."""
    parsed = WWWAuthenticate.from_header(header)
    if parsed is None or parsed.type != "bearer":
        return {}
    return {name: value or "" for name, value in parsed.parameters.items()}


def check_answer(exchange: Exchange) -> Exchange:
    """Accept a 2xx; explain anything else. Raises ServerRefused or ServerMisbehaved."""
    if 200 <= exchange.status < 300:
        return exchange
    header = exchange.response_header("WWW-Authenticate")
    said = challenge(header)
    sentence, advice = resource_error(said.get("error", ""), exchange.status)
    if scope := said.get("scope"):
        advice = (f"The API asks for the scope “{scope}”.", *advice)
    evidence = [("URL", exchange.url), ("Status", f"{exchange.status} {exchange.reason}")]
    if header:
        evidence.append(("WWW-Authenticate", header))
    kind = ServerRefused if exchange.status in (401, 403) else ServerMisbehaved
    raise kind(
        sentence=sentence,
        evidence=tuple(evidence),
        advice=advice,
        error=said.get("error", ""),
        error_description=said.get("error_description", ""),
        server_status=exchange.status,
        status=exchange.status if exchange.status in (401, 403) else 502,
        step=9,
        exchange=exchange.id,
    )


def json_object(exchange: Exchange) -> dict[str, object]:
    """The answer as a JSON object. Raises ServerMisbehaved when it is none."""
    data = json_body(exchange)
    if isinstance(data, dict):
        return data
    raise _not_json(exchange, "The answer is JSON, but no object.")


def json_body(exchange: Exchange) -> object:
    """The answer as JSON. Raises ServerMisbehaved when it is none."""
    data = parsed(exchange.response_body)
    if data is not None:
        return data
    raise _not_json(exchange, "The answer is not JSON.")


def _not_json(exchange: Exchange, sentence: str) -> ServerMisbehaved:
    return ServerMisbehaved(
        sentence=sentence,
        evidence=(
            ("URL", exchange.url),
            ("Content-Type", exchange.response_header("Content-Type") or "none"),
        ),
        advice=("Is this the right URL? The exchange shows the whole answer.",),
        status=502,
        step=9,
        exchange=exchange.id,
    )
