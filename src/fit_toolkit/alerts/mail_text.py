"""Turns counts into the subject and the text of a message, through the templates in templates/mail."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fit_toolkit.model.alerts import RANK

TEMPLATES = ("review", "safety", "all_done", "failures")
SEVERITY_WORDS = {"attention": "attention: worth asking about soon", "notice": "notice: worth a look"}


class Reason(enum.StrEnum):
    """Why a message was sent; stored with it. The five are those of Alertmanager's notification log, in our words.

    NEW: nobody had been told of it. AGAIN: it came back, got worse or its snooze ended. REPEAT: told before, and
    nobody has acted on it. ALL_DONE: what had been told is over, nothing is left. ESCALATED: it goes to somebody else,
    because the therapist has left or could not be reached.
    """

    NEW = "new"
    AGAIN = "again"
    REPEAT = "repeat"
    ALL_DONE = "all-done"
    ESCALATED = "escalated"


WHY = {
    Reason.NEW: "Why now: there is something new.",
    Reason.AGAIN: "Why now: something has come up again.",
    Reason.REPEAT: "Why now: you were told before, and nobody has noted what was done.",
    Reason.ALL_DONE: "Why now: what you were told about is over.",
    Reason.ESCALATED: "Why you: whoever is responsible has left or could not be reached.",
}


class Text(NamedTuple):
    """Subject and body of one message."""

    subject: str
    body: str


def review_text(counts: Mapping[str, int], reason: Reason, *, codes: Sequence[str] = (), link: str = "") -> Text:
    """Write the one grouped message of a therapist and run."""
    count = sum(counts.values())
    lines = [{"count": counts[name], "words": SEVERITY_WORDS[name]} for name in sorted(counts, key=RANK.__getitem__)]
    body = _render("review", count=count, counts=lines, why=WHY[reason], codes=list(codes), link=link)
    return Text(f"FIT: {count} {'item' if count == 1 else 'items'} to review", body)


def safety_text(reason: Reason, *, codes: Sequence[str] = (), link: str = "") -> Text:
    """Write the message of one safety alert."""
    return Text("FIT: 1 item to review now", _render("safety", why=WHY[reason], codes=list(codes), link=link))


def all_done_text(*, link: str = "") -> Text:
    """Write the message that nothing is left to review."""
    return Text("FIT: nothing left to review", _render("all_done", why=WHY[Reason.ALL_DONE], link=link))


def failures_text(names: Sequence[str], *, link: str = "") -> Text:
    """Write the administrator's message about checks that could not be made."""
    count = len(names)
    body = _render("failures", count=count, names=list(dict.fromkeys(names)), link=link)
    return Text(f"FIT: {count} {'check' if count == 1 else 'checks'} not made", body)


def _render(name: str, **values: Any) -> str:
    return _environment().get_template(name).render(**values).strip() + "\n"


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    # plain text for mail: escaping for HTML would show the reader &amp;
    return ImmutableSandboxedEnvironment(
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_source),
    )


def _source(name: str) -> str | None:
    if name not in TEMPLATES:
        return None
    return (files("fit_toolkit.templates") / "mail" / f"{name}.txt.j2").read_text(encoding="utf-8")
