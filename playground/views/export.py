"""Take a flow away: HAR, HTML and Markdown, secrets redacted; and the link back to its form."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from playground.flow import Flow
from playground.report import link
from playground.report.har import archive
from playground.report.markdown import markdown
from playground.report.story import file_name, redactor_of, story
from playground.web.browser import own_flow
from playground.web.frame import at_step
from playground.web.memory import base_url, fresh_form, profile
from playground.web.recorded import recorded

pages = Blueprint("export", __name__, url_prefix="/playground2/oauth2client/<identifier>/export")
_AWAY = re.compile(r'\s(?:xlink:)?href="/[^"]*"')


@pages.get("/flow.har")
def har(identifier: str) -> ResponseReturnValue:
    """HAR 1.2, for a browser's network panel."""
    flow = own_flow(identifier)
    told = story(flow, recorded(flow), server=profile(flow.form.profile).title)
    text = json.dumps(archive(told.title, list(told.exchanges)), indent=1, ensure_ascii=False)
    return _attachment(text, "application/json", file_name(flow, "har"))


@pages.get("/report.md")
def report_markdown(identifier: str) -> ResponseReturnValue:
    """Markdown, for an issue or a wiki."""
    flow = own_flow(identifier)
    told = story(flow, recorded(flow), server=profile(flow.form.profile).title)
    return _attachment(markdown(told), "text/markdown", file_name(flow, "md"))


@pages.get("/report.html")
def report_html(identifier: str) -> ResponseReturnValue:
    """One file with everything in it, for people who were not there."""
    flow = own_flow(identifier)
    exchanges = recorded(flow)
    told = story(flow, exchanges, server=profile(flow.form.profile).title)
    at_step(9, flow)
    drawn = redactor_of(flow, exchanges).text(_AWAY.sub("", render_template("_diagram.html")))
    page = render_template(
        "report.html",
        story=told,
        styles=_styles(),
        diagram=Markup(drawn),  # noqa: S704 - our own template's
    )
    return _attachment(page, "text/html", file_name(flow, "html"))


def link_to_form(flow: Flow) -> str:
    """The address that fills in this flow's form, without its secrets."""
    query = link.parameters(flow.form, own=fresh_form(flow.form.profile))
    return f"{base_url()}/oauth2?{urlencode(query)}"


def _styles() -> Markup:
    """The site's stylesheet as an element: the file must work without the site."""
    folder = Path(current_app.static_folder or "")
    css = "\n".join((folder / name).read_text("utf-8") for name in ("style.css", "report.css"))
    return Markup("<style>") + Markup(css.replace("</", "<\\/")) + Markup("</style>")  # noqa: S704


def _attachment(text: str, mime: str, name: str) -> Response:
    return Response(
        text,
        content_type=f"{mime}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@pages.app_context_processor
def _links() -> dict[str, object]:
    return {"link_to_form": link_to_form}
