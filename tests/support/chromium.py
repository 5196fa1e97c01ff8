"""Debian's Chromium, driven by Playwright, with TLS verified against the tests' authorities."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
TIMEOUT = 30_000  # milliseconds
HOSTS = "MAP wso2is.local 127.0.0.1, MAP localhost.com 127.0.0.1"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", f"--host-resolver-rules={HOSTS}"]


def trust_database(home: Path, authorities: list[Path]) -> None:
    """Make the NSS database under *home* that Chromium reads further authorities from."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    where = ["-d", f"sql:{database}"]
    _certutil("-N", "--empty-password", *where)
    for number, file in enumerate(authorities):
        _certutil("-A", "-t", "C,,", "-n", f"authority-{number}", "-i", str(file), *where)


def _certutil(*arguments: str) -> None:
    subprocess.run(["certutil", *arguments], check=True, capture_output=True)


@contextlib.contextmanager
def running_chromium(home: Path) -> Iterator[Browser]:
    """A running Chromium whose home is *home*."""
    env = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, env=env)
        try:
            yield browser
        finally:
            browser.close()


class Pages:
    """Opens pages, each in a private context of its own, and notices what they complain about."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._opened: list[Page] = []
        self.complaints: list[str] = []

    def __call__(
        self,
        *,
        javascript: bool = True,
        colour_scheme: str = "light",
        viewport: tuple[int, int] = (1280, 900),
        **options: object,
    ) -> Page:
        """A new person's page: no cookies, nothing shared with another page."""
        context = self._browser.new_context(
            java_script_enabled=javascript,
            color_scheme=colour_scheme,
            viewport={"width": viewport[0], "height": viewport[1]},
            **options,
        )
        context.set_default_timeout(TIMEOUT)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        page = context.new_page()
        self._opened.append(page)
        return page

    def tab(self, page: Page) -> Page:
        """Another tab of the same person."""
        return page.context.new_page()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.complaints.append(message.text)

    @property
    def state(self) -> str:
        """Where every open page is and what it says, for a failed test."""
        return "\n\n".join(
            f"{page.url}\n{page.inner_text('body')[:1500]}"
            for page in self._opened
            if not page.is_closed()
        )

    def close(self) -> None:
        """Close everything."""
        for page in self._opened:
            page.context.close()


def hand_over(session: requests.Session, page: Page) -> None:
    """Let the page go on where a browser without scripts is at the playground of localhost."""
    page.context.add_cookies(
        [
            {"name": c.name, "value": c.value or "", "domain": "localhost", "path": c.path}
            for c in session.cookies
            if c.name.startswith("playground")
        ]
    )


def axe(page: Page) -> None:
    """Fail with a readable list when axe-core finds an accessibility violation.

    A click returns when the next page has begun to arrive: without its style sheet yet, its
    colours are not the ones a person sees.
    """
    page.wait_for_load_state("load")
    violations = Axe().run(page).response["violations"]
    lines = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
        + "\n".join(
            f"    {node['html']}\n    {node['failureSummary']}" for node in violation["nodes"]
        )
        for violation in violations
    ]
    assert not lines, f"axe-core on {page.url}:\n" + "\n".join(lines)
