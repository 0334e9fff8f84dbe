"""Turns counts into the subject and the text of a message, through the templates in templates/mail."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from jinja2 import FunctionLoader

from fit_toolkit.engine.sandbox import Sandbox, run
from fit_toolkit.engine.surroundings import within
from fit_toolkit.engine.templates import leads_out
from fit_toolkit.model.alerts import RANK

LONGEST = 20_000  # letters
LARGEST = 64 * 1024  # letters of a template
SECONDS = 5.0  # a text takes a millisecond
MEGABYTES = 200.0  # and next to nothing
SEVERITY_WORDS = {
    "safety": "safety: needs a person now",
    "attention": "attention: worth asking about soon",
    "notice": "notice: worth a look",
}


class Reason(enum.StrEnum):
    """Why a message was sent; stored with it. The five are those of Alertmanager's notification log, in our words.

    NEW: nobody had been told of it. AGAIN: it came back, got worse or its snooze ended. REPEAT: told before, and
    nobody has acted on it. ALL_DONE: what had been told is over, nothing is left. ESCALATED: it goes to somebody else,
    because the therapist has left, handed over, could not be reached, or has noted nothing.
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
    Reason.ESCALATED: "Why you: whoever was told first has left, handed over, was not reached, or has noted nothing.",
}

WEIGHT = (Reason.ESCALATED, Reason.AGAIN, Reason.NEW, Reason.REPEAT, Reason.ALL_DONE)  # of several in one message


def why_text(reasons: Mapping[Reason, int]) -> str:
    """Say why there is a message, the weightiest reason first; with how many each stands for where there are several."""
    given = [reason for reason in WEIGHT if reasons.get(reason)]
    return "\n".join(WHY[reason] + (f" ({reasons[reason]})" if len(given) > 1 else "") for reason in given)


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

    def review(
        self, counts: Mapping[str, int], reasons: Mapping[Reason, int], codes: Sequence[str] = (), late: int = 0
    ) -> Text:
        """Write the one grouped message of a therapist and run; `late` is how many days ago the oldest opened."""
        count = sum(counts.values())
        body = self._render(
            "review", count=count, counts=_lines(counts), why=why_text(reasons), codes=list(codes), late=late
        )
        return Text(f"FIT: {_items(count)} to review", body)

    def safety(self, reason: Reason, codes: Sequence[str] = (), late: int = 0) -> Text:
        """Write the message of one safety alert; `late` is how many days old the answer is."""
        body = self._render("safety", why=WHY[reason], codes=list(codes), late=late)
        return Text("FIT: 1 item to review now", body)

    def old(self, count: int, days: int, reasons: Mapping[Reason, int], codes: Sequence[str] = ()) -> Text:
        """Write the one message about flagged answers that were old when they were first seen."""
        body = self._render("old", count=count, days=days, why=why_text(reasons), codes=list(codes))
        return Text(f"FIT: {_items(count)} about safety from earlier to look through", body)

    def digest(self, counts: Mapping[str, int], unstable: int, looked: str, reason: Reason) -> Text:
        """Write the weekly message: what stands open, or that nothing does; `looked` is when alerts were last seen to."""
        count = sum(counts.values())
        body = self._render(
            "digest", count=count, counts=_lines(counts), unstable=unstable, looked=looked, why=WHY[reason]
        )
        return Text(f"FIT: weekly digest, {f'{count} open' if count else 'nothing to report'}", body)

    def matters(self, lines: Sequence[str]) -> Text:
        """Write the administrator's message about messages that had to go another way."""
        count = len(lines)
        body = self._render("matters", count=count, lines=list(lines))
        return Text(f"FIT: {count} {'change' if count == 1 else 'changes'} to how messages go out", body)

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
                _own(self.folder, name, {**values, "link": "x"})
            except Exception as error:  # noqa: BLE001 - somebody's template may raise anything; a run goes on
                found.append(f"templates/{_file(name)}: {type(error).__name__}")
        return found

    def _render(self, name: str, **values: Any) -> str:
        values["link"] = self.link
        try:
            text = _own(self.folder, name, values)
        except Exception:  # noqa: BLE001 - somebody's template may raise anything; `unusable` names it
            text = None
        return _filled(None, name, values) if text is None else text


_COUNTS = [{"count": 2, "words": "x"}]
SAMPLES: dict[str, dict[str, Any]] = {
    "review": {"count": 2, "counts": _COUNTS, "why": "x", "codes": ["x"], "late": 9},
    "safety": {"why": "x", "codes": ["x"], "late": 9},
    "old": {"count": 2, "days": 90, "why": "x", "codes": ["x"]},
    "digest": {"count": 2, "counts": _COUNTS, "unstable": 1, "looked": "x", "why": "x"},
    "all_done": {"why": "x"},
    "failures": {"count": 1, "names": ["x"]},
    "matters": {"count": 1, "lines": ["x"]},
}


def _lines(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"count": counts[name], "words": SEVERITY_WORDS[name]} for name in sorted(counts, key=RANK.__getitem__)]


def _items(count: int) -> str:
    return f"{count} {'item' if count == 1 else 'items'}"


def _file(name: str) -> str:
    return f"mail/{name}.txt.j2"


def _own(folder: Path | None, name: str, values: Mapping[str, Any]) -> str | None:
    """Fill a template of the practice's own, None where there is none; one that does not end is tried once."""
    if folder is None or not (folder / _file(name)).is_file():
        return None
    source = _source(folder, name) or ""
    if source in _ENDLESS:
        raise TimeoutError
    try:
        return within(SECONDS, lambda: _filled(folder, name, values), megabytes=MEGABYTES)
    except (TimeoutError, MemoryError):
        _ENDLESS.add(source)
        raise


_ENDLESS: set[str] = (
    set()
)  # texts of templates that took too long or too much, so that not every message waits for them


def _filled(folder: Path | None, name: str, values: Mapping[str, Any]) -> str:
    text = run(_environment(folder), name, dict(values)).strip() + "\n"
    if len(text) > LONGEST:
        raise ValueError("the text is longer than a message")
    return text


@lru_cache(maxsize=8)
def _environment(folder: Path | None) -> Sandbox:
    # plain text for mail: escaping for HTML would show the reader &amp;
    return Sandbox(FunctionLoader(lambda name: _source(folder, name)), autoescape=False)


def _source(folder: Path | None, name: str) -> str | None:
    if name not in SAMPLES:  # a template may not reach for another file
        return None
    if folder is not None and (own := folder / _file(name)).is_file():
        if leads_out(own, folder):
            raise ValueError("the template is a link that leads out of its folder")
        with own.open(encoding="utf-8") as text:
            source = text.read(LARGEST + 1)
        if len(source) > LARGEST:
            raise ValueError("the template is larger than a message")
        return source
    return (files("fit_toolkit.templates") / "mail" / f"{name}.txt.j2").read_text(encoding="utf-8")
