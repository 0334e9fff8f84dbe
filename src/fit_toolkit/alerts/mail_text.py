"""Turns counts into the subject and the text of a message, through the templates in templates/mail."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from jinja2 import FunctionLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fit_toolkit.model.alerts import RANK

LONGEST = 20_000  # letters
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


class Writer(msgspec.Struct, frozen=True):
    """Writes messages; a template of the practice's own comes before the bundled one of the same name.

    One of its own that cannot be used is passed over: a message in our words is better than none. `unusable` names it.
    """

    folder: Path | None = None
    link: str = ""

    def review(self, counts: Mapping[str, int], reason: Reason, codes: Sequence[str] = ()) -> Text:
        """Write the one grouped message of a therapist and run."""
        count = sum(counts.values())
        lines = [
            {"count": counts[name], "words": SEVERITY_WORDS[name]} for name in sorted(counts, key=RANK.__getitem__)
        ]
        body = self._render("review", count=count, counts=lines, why=WHY[reason], codes=list(codes))
        return Text(f"FIT: {count} {'item' if count == 1 else 'items'} to review", body)

    def safety(self, reason: Reason, codes: Sequence[str] = ()) -> Text:
        """Write the message of one safety alert."""
        return Text("FIT: 1 item to review now", self._render("safety", why=WHY[reason], codes=list(codes)))

    def all_done(self) -> Text:
        """Write the message that nothing is left to review."""
        return Text("FIT: nothing left to review", self._render("all_done", why=WHY[Reason.ALL_DONE]))

    def failures(self, names: Sequence[str]) -> Text:
        """Write the administrator's message about checks that could not be made."""
        count = len(names)
        body = self._render("failures", count=count, names=list(names))
        return Text(f"FIT: {count} {'check' if count == 1 else 'checks'} not made", body)

    def unusable(self) -> list[str]:
        """Name the practice's own templates that cannot be used, with what is wrong, in one line each."""
        found = []
        for name, values in SAMPLES.items():
            try:
                _filled(self.folder, name, {**values, "link": "x"})
            except (TemplateError, TypeError, ValueError, ArithmeticError, OSError) as error:
                found.append(f"templates/{_file(name)}: {type(error).__name__}")
        return found

    def _render(self, name: str, **values: Any) -> str:
        values["link"] = self.link
        try:
            return _filled(self.folder, name, values)
        except (TemplateError, TypeError, ValueError, ArithmeticError, OSError):
            return _filled(None, name, values)


SAMPLES: dict[str, dict[str, Any]] = {
    "review": {"count": 2, "counts": [{"count": 2, "words": "x"}], "why": "x", "codes": ["x"]},
    "safety": {"why": "x", "codes": ["x"]},
    "all_done": {"why": "x"},
    "failures": {"count": 1, "names": ["x"]},
}


def _file(name: str) -> str:
    return f"mail/{name}.txt.j2"


def _filled(folder: Path | None, name: str, values: Mapping[str, Any]) -> str:
    text = _environment(folder).get_template(name).render(values).strip() + "\n"
    if len(text) > LONGEST:
        raise ValueError("the text is longer than a message")
    return text


@lru_cache(maxsize=8)
def _environment(folder: Path | None) -> ImmutableSandboxedEnvironment:
    # plain text for mail: escaping for HTML would show the reader &amp;
    return ImmutableSandboxedEnvironment(
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda name: _source(folder, name)),
    )


def _source(folder: Path | None, name: str) -> str | None:
    if name not in SAMPLES:  # a template may not reach for another file
        return None
    if folder is not None and (own := folder / _file(name)).is_file():
        return own.read_text(encoding="utf-8")
    return (files("fit_toolkit.templates") / "mail" / f"{name}.txt.j2").read_text(encoding="utf-8")
