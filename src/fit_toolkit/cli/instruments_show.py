"""`fit instruments show ID`: what is asked, how it is scored, and what the figures rest on."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand, rules_at_hand
from fit_toolkit.cli.output import visible
from fit_toolkit.errors import FitError

if TYPE_CHECKING:
    from fit_toolkit.catalog import Catalog
    from fit_toolkit.cli.instruments_figures import Sources
    from fit_toolkit.model import Instrument
    from fit_toolkit.scoring import Rules

WIDEST = 100
_SCREEN = {
    "allowed": "clients may be given it on a screen",
    "licence-required": "for use on a screen a licence of its own is needed",
    "not-allowed": "it may not be given on a screen",
    "unknown": "whether it may be given on a screen is not known: ask",
}


@click.command("show")
@click.argument("id")
@click.option("--format", "fmt", type=click.Choice(("text", "json")), default="text", show_default=True)
@pass_app
def command(app: App, id: str, fmt: str) -> None:
    """Show one instrument: items, scales, figures and their sources, licence, words, and a form scored step by step."""
    import msgspec

    catalog = catalog_at_hand(app)
    instrument = catalog.get(id)
    if fmt == "json":
        document = {
            "schema": "fit/instrument/1",
            "hash": catalog.hash(id),
            "languages": list(catalog.languages(id)),
            "instrument": msgspec.to_builtins(instrument),
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    width = min(WIDEST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else WIDEST
    with rules_at_hand(app) as rules:
        for line in _lines(instrument, catalog, rules):
            click.echo("\n".join(wrapped(visible(line), width)))


def wrapped(line: str, width: int) -> list[str]:
    """Break a line at blanks, what follows under where its text begins; an address is never broken."""
    start = len(line) - len(line.lstrip())
    _, gap, text = line[start:].partition("  ")
    hanging = len(line) - len(text.lstrip()) if gap else start + 2
    return textwrap.wrap(
        line, width, subsequent_indent=" " * min(hanging, width // 2), break_long_words=False, break_on_hyphens=False
    ) or [""]


def _lines(instrument: Instrument, catalog: Catalog, rules: Rules) -> Iterator[str]:
    from fit_toolkit.cli.instruments_figures import Sources, scale_lines

    sources = Sources(instrument)
    yield f"{instrument.title} ({instrument.id}, version {instrument.version}, {catalog.hash(instrument.id)[:12]})"
    yield from _about(instrument)
    yield from _terms(instrument, catalog, sources)
    yield from _items(instrument)
    for scale in instrument.scales:
        yield ""
        yield from scale_lines(instrument, scale, sources)
    if instrument.risk:
        yield ""
        yield "answers to look at, whatever the scores say:"
    for risk in instrument.risk:
        yield f"  {risk.item} {risk.operator} {risk.value:g}  {risk.meaning}{sources.mark(risk.source)}"
    yield from _early_ends(instrument, sources)
    yield from _suggestions(instrument, sources)
    yield from _example(instrument, rules)
    if instrument.cautions:
        yield ""
    for caution in instrument.cautions:
        yield f"caution  {caution}"
    yield from sources.lines()


def _early_ends(instrument: Instrument, sources: Sources) -> Iterator[str]:
    from fit_toolkit.cli.instruments_figures import in_short

    if instrument.skips:
        yield ""
    for skip in instrument.skips:
        left = in_short(instrument.item_ids, skip.items)
        text = f"when {' + '.join(skip.when)} is {skip.equals:g}, {left} may be left out and count as {skip.count_as:g}"
        yield f"early end  {text}{sources.mark(skip.source)}"


def _about(instrument: Instrument) -> Iterator[str]:
    high = "better" if instrument.direction == "higher_is_better" else "worse"
    recall = f"; asks about {_period(instrument.recall)}" if instrument.recall else ""
    raters = " or ".join(instrument.raters)
    yield f"{instrument.construct}, rated by {raters}, at the {instrument.usual_occasion} of the session; high is {high}{recall}"
    if instrument.counterpart:
        yield f"other side  {instrument.counterpart}"
    if instrument.intended_use:
        yield f"for         {instrument.intended_use}"
    if instrument.not_for:
        yield f"not for     {', '.join(instrument.not_for)}"
    if instrument.same_day_only:
        yield "read        the day it is filled in"
    if instrument.citation:
        yield f"citation    {instrument.citation}"


def _period(recall: str) -> str:
    units = {"D": "day", "W": "week", "M": "month", "Y": "year", "H": "hour"}
    count, unit = recall.removeprefix("P").removeprefix("T")[:-1], units.get(recall[-1:], "")
    if not count.isdigit() or not unit:
        return recall
    return f"the last {unit}" if count == "1" else f"the last {count} {unit}s"


def _terms(instrument: Instrument, catalog: Catalog, sources: Sources) -> Iterator[str]:
    licence = instrument.licence
    parts = [
        licence.status,
        licence.name,
        f"holder: {licence.holder}" if licence.holder else "",
        licence.note,
        licence.url,
    ]
    yield f"licence     {'; '.join(part for part in parts if part)}{sources.mark(licence.source)}"
    yield f"screen      {_SCREEN[licence.electronic_use]}"
    yield f"validation  {'; '.join(part for part in (instrument.validation.status, instrument.validation.note) if part)}"
    languages = catalog.languages(instrument.id)
    if not languages and instrument.items:
        yield f"words       none: a practice that has a licence types them in (fit instruments wording {instrument.id} --lang en)"
    for language in languages:
        yield f"words       {language}: {_words(instrument, catalog, language)}"


def _words(instrument: Instrument, catalog: Catalog, language: str) -> str:
    try:
        wording = catalog.wording(instrument.id, language)
    except FitError as error:
        return f"cannot be used: {error}"
    if wording is None:
        return "none"
    parts = [
        f"translation: {wording.translator}" if wording.translator else "",
        "validated in this language" if wording.validated else "these words are not validated",
        wording.licence,
        wording.licence_reference,
        f"lacks {wording.lacking_licence(instrument)}: not printed" if wording.lacking_licence(instrument) else "",
    ]
    return "; ".join(part for part in parts if part)


def _items(instrument: Instrument) -> Iterator[str]:
    yield ""
    if not instrument.items:
        yield "totals only: scores come in ready made"
        return
    answers = {_answers(instrument, item.id) for item in instrument.number_items}
    shared = answers.pop() if len(answers) == 1 else ""
    yield f"items ({len(instrument.items)}){f', each answered {shared}' if shared else ''}:"
    ids = max(len(item.id) for item in instrument.items)
    labels = min(44, max(len(item.label) for item in instrument.items))
    turned = False
    for item in instrument.items:
        scales = [
            scale.id + ("*" if item.id in scale.reverse else "")
            for scale in instrument.scales
            if item.id in scale.items
        ]
        turned |= any(each.endswith("*") for each in scales)
        notes = [", ".join(scales) or ("text, kept as written" if item.is_text else "not scored")]
        if not shared and not item.is_text:
            notes.append(_answers(instrument, item.id))
        if item.asked:
            notes.append("not on every form")
        if item.ways_out:
            notes.append("or " + ", ".join(way.replace("-", " ") for way in item.ways_out))
        yield f"  {item.id.ljust(ids)}  {item.label.ljust(labels)}  {'; '.join(notes)}".rstrip()
    if turned:
        yield "  * turned round in this scale"


def _answers(instrument: Instrument, id: str) -> str:
    item = instrument.item(id)
    if item.options:
        return ", ".join(
            f"{option.value:g}"
            + (f" {name}" if (name := option.label or option.code) not in ("", f"{option.value:g}") else "")
            for option in item.options
        )
    return f"{item.minimum:g} to {item.maximum:g}" + ("" if item.step == 1 else f" in steps of {item.step:g}")


def _suggestions(instrument: Instrument, sources: Sources) -> Iterator[str]:
    from fit_toolkit.settings.suggested import as_toml, unsettled

    if instrument.suggests:
        yield ""
        yield f"policies it suggests (fit instruments enable {instrument.id} writes them into fit.toml):"
    wide = min(28, max((len(each.id) for each in instrument.suggests), default=0))
    for each in instrument.suggests:
        what = ", ".join(f"{key} {as_toml(value)}" for key, value in each.parameters.items())
        on = each.scale or ("flagged items" if each.kind == "risk" else instrument.main_scale)
        why = unsettled(instrument, each)
        left = f" Not written: {why}." if why else ""
        yield f"  {each.id.ljust(wide)}  {each.kind} on {on}{f' ({what})' if what else ''}: {each.because}{left}{sources.mark(each.source)}"


def _example(instrument: Instrument, rules: Rules) -> Iterator[str]:
    from fit_toolkit.scoring.steps import example_of, steps

    if instrument.totals_only:
        return
    example = example_of(instrument, rules)
    person = example.person
    whose = (
        ", ".join(
            part
            for part in (
                person.sex or "",
                f"aged {person.age}" if person.age is not None else "",
                f"rated by the {person.rater}" if person.rater else "",
            )
            if part
        )
        if person
        else ""
    )
    yield ""
    yield f"a form with made-up answers, step by step{f' ({whose})' if whose else ''}:"
    for scale in instrument.scales:
        yield f"  {scale.id}"
        for step in steps(instrument, scale, example):
            yield f"    {step.name.ljust(12)}  {step.text}"
