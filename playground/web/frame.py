"""The frame around every page: server, person, step, presenter mode."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, g, request, session, url_for

from playground.flow import Flow
from playground.tutorial import TITLES, Step, steps
from playground.web.login import logout_origin, user_name
from playground.web.memory import remembered_profile


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What base.html shows around a page; `step` is the tutorial's, 1 to 9."""

    server_name: str
    user: str
    step: int
    steps: tuple[Step, ...]
    step_title: str
    present: bool
    present_url: str
    reset_url: str
    home_url: str
    diagram: str = ""


def at_step(number: int, flow: Flow | None = None) -> None:
    """Say where in the tutorial this page is, and which flow it shows."""
    g.step, g.flow = number, flow


def presenting() -> bool:
    """Whether presenter mode is on; `?present=1` or `?present=0` switches it."""
    wish = request.args.get("present", "")
    if wish in ("0", "1") and bool(session.get("present")) != (wish == "1"):
        session["present"] = wish == "1"
    return bool(session.get("present"))


def make_frame() -> dict[str, object]:
    """The context of every page."""
    number, flow = g.get("step", 5), g.get("flow")
    present = presenting()
    if (server := logout_origin()) and "form_action" not in g:
        g.form_action = f"'self' {server}"
    return {
        "frame": Frame(
            server_name=remembered_profile(flow).title,
            user=user_name(),
            step=number,
            steps=steps(number, finished=bool(flow and flow.token)),
            step_title=TITLES[number - 1],
            present=present,
            present_url=f"{request.path}?present={0 if present else 1}",
            reset_url=url_for("home.reset"),
            home_url=url_for("home.home"),
        )
    }


def register(app: Flask) -> None:
    """Give every template its frame."""
    app.context_processor(make_frame)
