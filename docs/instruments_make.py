"""Write docs/instruments.md, the catalogue of what ships, from the definition files; `--check` says whether it is up to date.

tests/docs runs it with --check. Figures that nobody has read in their source are counted, never shown.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from fit_toolkit import catalog
from fit_toolkit.model.instrument import Instrument, split_sources
from fit_toolkit.model.scale import Cutoff

PAGE = Path(__file__).parent / "instruments.md"
CONSTRUCTS = {
    "alliance": "The work together",
    "outcome": "How the client is",
    "symptoms": "Symptoms",
    "functioning": "Getting on with life",
    "other": "Other",
}
SCREEN = {"allowed": "yes", "licence-required": "with a licence", "not-allowed": "no", "unknown": "not known"}
TERMS = {
    "commercial": "Sold under a licence",
    "permission": "With their holder's permission",
    "registration": "After registering with their holder",
    "unknown": "Terms not established: ask before use",
}
NOT_READ = re.compile(r"\bfrom memory\b", re.IGNORECASE)
COLUMNS = (
    "id", "title", "rated by", "items", "range", "high is", "words", "licence", "on a screen", "validation", "cut-offs",
    "answers to look at",
)  # fmt: skip
HEAD = """\
<!-- Written by docs/instruments_make.py from the definition files; change those, then run `script/docs`. -->

# Instruments

The questionnaires that FIT (feedback-informed treatment) can use here: {count} definitions, each a YAML file with items
by number, scoring, licence and sources. **No wording of anybody else's questionnaire is part of the toolkit**: a practice
types in what its licence allows (`fit instruments wording ID --lang en`), or keys in the original paper forms.

`fit instruments show ID` tells everything about one: scales, bands, reliable change, a form scored step by step.
`fit instruments enable ID` writes the policies it suggests into `fit.toml`.

How to read the tables: *items* "totals" means that only ready-made scores come in; *range* is that of the main scale;
*words* are the languages a form can be printed in. A *cut-off* is shown only if somebody read it in the source named; what
was only recalled is in the file, marked as not verified, and labels nothing. *Validation* is what has been published about
the instrument, not a promise that it suits your clients.
"""
MARKS = """\
## Licences and trade marks

Names of questionnaires may be trade marks of their holders. They stand here to say what a file scores; no holder has
endorsed this toolkit or checked these files. That a definition ships does not mean that you may use the form: what a
practice needs before it prints, shows or copies one stands in the column *licence* and, with its source, in
`fit instruments show ID`. Terms change; ask the holder.
"""


class Sources:
    """One numbered list of sources for the page; the same source has one number, whichever files name it."""

    def __init__(self) -> None:
        self.order: list[tuple[str, str]] = []

    def mark(self, instrument: Instrument, reference: str) -> str:
        """Give the numbers of a reference in brackets."""
        numbers = []
        for key in split_sources(reference):
            source = instrument.sources.get(key)
            entry = (source.text, source.url) if source else (key, "")
            if NOT_READ.search(entry[0]):
                numbers.append("(recalled, not read)")
                continue
            if entry not in self.order:
                self.order.append(entry)
            numbers.append(f"[{self.order.index(entry) + 1}](#sources)")
        return f" {' '.join(numbers)}" if numbers else ""


def page() -> str:
    """Write the whole page."""
    known = list(catalog.build([catalog.bundled()]))
    words = catalog.build([catalog.bundled()])
    sources = Sources()
    lines = [HEAD.format(count=len(known))]
    for construct, title in CONSTRUCTS.items():
        group = [each for each in known if each.construct == construct]
        if group:
            lines += [f"## {title}", "", _row(COLUMNS), _row(["---"] * len(COLUMNS))]
            lines += [_row(_cells(each, words.languages(each.id), sources)) for each in group]
            lines.append("")
    lines += [MARKS, *_terms(known, sources), "## Sources", ""]
    lines += [f"{number}. {_cell(f'{text} {url}')}" for number, (text, url) in enumerate(sources.order, 1)]
    return "\n".join(lines) + "\n"


def _cells(instrument: Instrument, languages: tuple[str, ...], sources: Sources) -> list[str]:
    main = instrument.scale(instrument.main_scale)
    high = {"higher_is_better": "better", "higher_is_worse": "worse"}[instrument.scale_direction(main.id)]
    licence = f"{instrument.licence.status}{sources.mark(instrument, instrument.licence.source)}"
    return [
        f"`{instrument.id}`",
        instrument.title,
        ", ".join(instrument.raters),
        str(len(instrument.items) or "totals"),
        f"{main.minimum:g} to {main.maximum:g}",
        high,
        ", ".join(languages),
        licence,
        SCREEN[instrument.licence.electronic_use],
        instrument.validation.status,
        _lines(instrument, sources),
        "; ".join(f"{r.item} {r.operator} {r.value:g} ({r.meaning})" for r in instrument.risk),
    ]


def _lines(instrument: Instrument, sources: Sources) -> str:
    """Write the verified cut-offs, and count the others."""
    found, unread = [], 0
    for scale in instrument.scales:
        for cutoff in scale.cutoffs:
            if not cutoff.verified:
                unread += 1
                continue
            on = "" if scale.id == instrument.main_scale else f"{scale.id} "
            text = f"{on}{cutoff.operator} {cutoff.value:g} {cutoff.label}{_whom(cutoff)}"
            found.append(f"{text}{sources.mark(instrument, cutoff.source)}")
    if unread:
        found.append(f"({unread} not verified)")
    return "; ".join(found)


def _whom(cutoff: Cutoff) -> str:
    parts = [f"only {cutoff.who}" if cutoff.who else "", cutoff.population]
    text = "; ".join(part for part in parts if part)
    return f" ({text})" if text else ""


def _terms(known: list[Instrument], sources: Sources) -> Iterator[str]:
    yield "Measures that ask for something before they are used:"
    yield ""
    for status, title in TERMS.items():
        group = [each for each in known if each.licence.status == status]
        if group:
            told = (f"`{each.id}`{_holder(each)}{sources.mark(each, each.licence.source)}" for each in group)
            yield f"- **{title}**: {', '.join(map(_cell, told))}."
    yield ""


def _holder(instrument: Instrument) -> str:
    return f" ({instrument.licence.holder})" if instrument.licence.holder else ""


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def main() -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when the page is out of date")
    text = page()
    if parser.parse_args().check:
        old = not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text
        sys.stderr.write("out of date: instruments.md; run script/docs\n" if old else "")
        return int(old)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
