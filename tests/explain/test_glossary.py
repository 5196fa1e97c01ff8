"""The glossary: every name that the playground can send or is told about is explained."""

import re

import pytest

from playground.explain.glossary import GROUPS, NEVER, explain, secrecy
from playground.views.form import PREVIEWED

SECTION = re.compile(r"^$|§|Fetch Standard|CWE-")


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_every_entry_is_a_sentence_with_its_section(group: str) -> None:
    """No entry without words, and none without a section that is not marked as a vendor's own."""
    for name, entry in GROUPS[group].items():
        assert entry.text.endswith("."), name
        assert SECTION.search(entry.section), name
        assert entry.secrecy in ("", "masked", NEVER), name


def test_every_parameter_of_the_authorization_request_is_explained() -> None:
    """What the form can put into the address is in the glossary."""
    for name in PREVIEWED:
        assert explain(name, "authorization_request").section, name


def test_secret_and_password_are_never_shown() -> None:
    """The strictest class holds wherever the name occurs."""
    assert secrecy("client_secret") == secrecy("password") == NEVER
    assert secrecy("access_token") == secrecy("code") == "masked"
    assert secrecy("client_id") == ""


def test_an_unknown_name_says_so() -> None:
    """A vendor's own parameter gets an honest sentence and no section."""
    assert explain("x_vendor", "claim").section == ""
