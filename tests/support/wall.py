"""What the source tree must not do, found without running it: imports and inline markup."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

HTTP_CLIENTS = (
    "requests",
    "requests_oauthlib",
    "urllib3",
    "http.client",
    "urllib.request",
    "httpx",
)
TEMPLATE_LINES = 80
JINJA = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)


def imported(source: str) -> Iterator[str]:
    """Every module that a piece of Python imports, dotted, relative ones left out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "import_module",
            "importlib.import_module",
            "__import__",
        ):
            yield from (str(a.value) for a in node.args[:1] if isinstance(a, ast.Constant))


def forbidden_imports(
    tree: Path, modules: tuple[str, ...], *, except_under: Path | None = None
) -> list[str]:
    """Imports of *modules* in the Python files of a tree (or in one file), as readable lines."""
    files = [tree] if tree.is_file() else sorted(tree.rglob("*.py"))
    return [
        f"{file} imports {name}"
        for file in files
        if except_under is None or not file.is_relative_to(except_under)
        for name in imported(file.read_text())
        if any(name == module or name.startswith(f"{module}.") for module in modules)
    ]


class InlineMarkup(HTMLParser):
    """Collects what a strict Content-Security-Policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note inline scripts, styles, handlers and javascript: URLs."""
        names = {name: value or "" for name, value in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"an inline <{tag}>")
        for name, value in names.items():
            if name == "style" or name.startswith("on") or value.lower().startswith("javascript:"):
                self.found.append(f"{name}={value!r} on <{tag}>")


def template_faults(folder: Path) -> list[str]:
    """Templates that are too long or carry inline script or style, as readable lines."""
    faults = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = file.read_text()
        if (lines := len(text.splitlines())) > TEMPLATE_LINES:
            faults.append(f"{file} has {lines} lines, more than {TEMPLATE_LINES}")
        markup = InlineMarkup()
        markup.feed(JINJA.sub("x", re.sub(r"{%.*?%}", " ", text, flags=re.DOTALL)))
        faults += [f"{file} has {what}" for what in markup.found]
    return faults
