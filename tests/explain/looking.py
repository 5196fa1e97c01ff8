"""Finding one's way on the wire pages, for the tests of this folder."""

from tests.support.browser import Page

CLIENT_SECRET = "Gm0bJ6oWV8fC5OQLLlC6jslACW8a"


def wire_of(page: Page) -> Page:
    """The list of every message of the flow that this page belongs to."""
    return page.click("Every message of this flow")


def exchange_page(page: Page, purpose: str) -> Page:
    """The page of the newest exchange of this purpose."""
    listed = wire_of(page)
    links = [a for a in listed.soup.select("main h2 a") if a.get_text(strip=True) == purpose]
    assert links, listed.words
    return listed.browser.get(listed.url.partition("/playground2")[0] + str(links[-1]["href"]))


def arrows(page: Page, state: str) -> list[str]:
    """The words on the diagram's arrows in one state: done, now, failed or todo."""
    groups = page.soup.select(f"svg[role=group] .{state}")
    return [t.get_text(strip=True) for g in groups for t in g.select("text:not(.number)")]


def ticked(page: Page) -> dict[int, str]:
    """The tutorial's steps that are done, each with how we know."""
    steps = page.soup.select(".steps li")
    assert len(steps) == 9
    return {
        number: step.select_one(".known").get_text(strip=True)  # type: ignore[union-attr]
        for number, step in enumerate(steps, start=1)
        if "done" in (step.get("class") or [])
    }
