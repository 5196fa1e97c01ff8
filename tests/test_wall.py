"""The walls inside the project: client and server share only HTTP, and one module sends it."""

from pathlib import Path

import pytest

from tests.support.wall import HTTP_CLIENTS, forbidden_imports, template_faults

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("tree", "other"),
    [
        ("playground", "authserver"),
        ("app.py", "authserver"),
        ("authserver", "playground"),
        ("authserver", "app"),
    ],
)
def test_client_and_server_never_import_each_other(tree: str, other: str) -> None:
    """Playground and embedded server know each other over HTTP only."""
    assert (ROOT / tree).exists()
    assert forbidden_imports(ROOT / tree, (other,)) == []


def test_only_the_wire_sends_requests() -> None:
    """Nothing in the playground outside `playground/wire` imports an HTTP client."""
    wire = ROOT / "playground" / "wire"
    assert forbidden_imports(ROOT / "playground", HTTP_CLIENTS, except_under=wire) == []


@pytest.mark.parametrize("folder", ["templates", "authserver/templates"])
def test_templates_are_short_and_have_no_inline_code(folder: str) -> None:
    """Templates stay under 80 lines and need no unsafe-inline policy."""
    assert list((ROOT / folder).rglob("*.html"))
    assert template_faults(ROOT / folder) == []


@pytest.mark.parametrize(
    "source",
    [
        "import authserver",
        "import authserver.store as store",
        "from authserver.store import users",
        "def late():\n    from authserver import keys",
        "import importlib\nimportlib.import_module('authserver.keys')",
        "__import__('authserver')",
    ],
)
def test_a_planted_import_is_found(tmp_path: Path, source: str) -> None:
    """Every spelling of a forbidden import is noticed, however deep in the tree."""
    file = tmp_path / "views" / "planted.py"
    file.parent.mkdir()
    file.write_text(source)
    (found,) = forbidden_imports(tmp_path, ("authserver",))
    assert "planted.py imports authserver" in found
    assert forbidden_imports(tmp_path, ("authserver",), except_under=file.parent) == []


@pytest.mark.parametrize(
    "source", ["from http import client", "import http.client", "import requests"]
)
def test_a_planted_http_client_is_found(tmp_path: Path, source: str) -> None:
    """A second way to send requests is noticed, `from http import client` too."""
    (tmp_path / "planted.py").write_text(source)
    assert len(forbidden_imports(tmp_path, HTTP_CLIENTS)) == 1


def test_names_that_only_look_alike_are_allowed(tmp_path: Path) -> None:
    """A module whose name merely begins the same way is no violation."""
    (tmp_path / "fine.py").write_text("import authserver_docs\nfrom http import HTTPStatus\n")
    assert forbidden_imports(tmp_path, ("authserver", *HTTP_CLIENTS)) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<style>p { color: red }</style>",
        "<p style='color: red'>",
        "<button {% if it %}disabled{% endif %} onclick='go()'>",
        "<a href='javascript:go()'>",
        "\n" * 81,
    ],
)
def test_a_planted_template_fault_is_found(tmp_path: Path, markup: str) -> None:
    """Inline code and long templates are noticed."""
    (tmp_path / "planted.html").write_text(markup)
    assert len(template_faults(tmp_path)) == 1


def test_a_clean_template_passes(tmp_path: Path) -> None:
    """Jinja statements, scripts with a source and words such as "one =" are no fault."""
    (tmp_path / "fine.html").write_text(
        "{% set one = 1 %}<script src='{{ url }}' defer></script>"
        "<p class='a{% if b %} c{% endif %}' {{ attributes }}>on = off</p>"
    )
    assert template_faults(tmp_path) == []
