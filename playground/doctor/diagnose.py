"""Asks every family of causes and ranks what they say. Pure: a record in, a tuple out."""

from __future__ import annotations

from operator import attrgetter

from playground.doctor import (
    answer,
    client_authentication,
    clock,
    code,
    connection,
    endpoint,
    form_post,
    grant,
    id_token,
    issuer,
    pkce,
    prompt,
    redirect_uri,
    resource,
    scope,
    state,
    tls,
    trouble,
    without_code,
)
from playground.doctor.case import Case
from playground.doctor.diagnosis import Diagnosis

FAMILIES = (
    redirect_uri,
    client_authentication,
    pkce,
    grant,
    scope,
    issuer,
    tls,
    connection,
    state,
    form_post,
    prompt,
    endpoint,
    answer,
    resource,
    id_token,
    clock,
    code,
    without_code,
    trouble,
)
MOST = 6


def diagnose(case: Case) -> tuple[Diagnosis, ...]:
    """The likely causes of a failure, the likeliest first; one for each cause."""
    found: dict[str, Diagnosis] = {}
    for family in FAMILIES:
        for diagnosis in family.look(case):
            known = found.get(diagnosis.cause)
            if known is None or known.likelihood < diagnosis.likelihood:
                found[diagnosis.cause] = diagnosis
    return tuple(sorted(found.values(), key=attrgetter("likelihood"), reverse=True)[:MOST])
