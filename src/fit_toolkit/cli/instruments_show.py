"""`fit instruments show ID`: what is asked, how it is scored, and what the figures rest on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand
from fit_toolkit.cli.output import visible

if TYPE_CHECKING:
    from fit_toolkit.model import Instrument, Item, Scale


@click.command("show")
@click.argument("id")
@click.option("--format", "fmt", type=click.Choice(("text", "json")), default="text", show_default=True)
@pass_app
def command(app: App, id: str, fmt: str) -> None:
    """Show one instrument: its items, scales, cut-offs, bands, risk answers, licence and sources."""
    import msgspec

    catalog = catalog_at_hand(app)
    instrument = catalog.get(id)
    if fmt == "json":
        document = {
            "schema": "fit/instrument/1",
            "hash": catalog.hash(id),
            "instrument": msgspec.to_builtins(instrument),
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for line in _lines(instrument, catalog.languages(id), catalog.hash(id)):
        click.echo(visible(line))


def _lines(instrument: Instrument, languages: tuple[str, ...], fingerprint: str) -> Iterator[str]:
    yield f"{instrument.title} ({instrument.id}, version {instrument.version}, {fingerprint[:12]})"
    high = "better" if instrument.direction == "higher_is_better" else "worse"
    yield f"{instrument.construct}, rated by {', '.join(instrument.raters)} at the {instrument.usual_occasion}; high is {high}"
    if instrument.counterpart:
        yield f"other side: {instrument.counterpart}"
    licence = instrument.licence
    yield f"licence: {licence.name or licence.status}; electronic use: {licence.electronic_use}; {licence.note}".rstrip(
        "; "
    )
    yield f"words in: {', '.join(languages) or 'none (a practice that may print the form adds them)'}"
    yield f"validation: {instrument.validation.status} {instrument.validation.note}".rstrip()
    if instrument.intended_use:
        yield f"for: {instrument.intended_use}"
    if instrument.not_for:
        yield f"not for: {', '.join(instrument.not_for)}"
    if instrument.same_day_only:
        yield "to be read the same day"
    yield from _items(instrument)
    for scale in instrument.scales:
        yield from _scale(instrument, scale)
    if instrument.risk:
        yield ""
        yield "answers to look at, whatever the scores say:"
    for risk in instrument.risk:
        yield f"  {risk.item} {risk.operator} {risk.value:g}: {risk.meaning} [{instrument.cite(risk.source)}]"
    for caution in instrument.cautions:
        yield f"caution: {caution}"
    if instrument.citation:
        yield f"citation: {instrument.citation}"


def _items(instrument: Instrument) -> Iterator[str]:
    if not instrument.items:
        yield "totals only: scores come in ready made"
        return
    yield ""
    yield "items:"
    for item in instrument.items:
        notes = "" if item.scored or item.is_text else " (not scored)"
        notes += " (not on every form)" if item.asked else ""
        yield f"  {item.id}  {item.label}: {_answers(item)}{notes}"


def _answers(item: Item) -> str:
    if item.is_text:
        return "text"
    if item.options:
        return ", ".join(
            f"{option.value:g}" + (f" {option.code}" if option.code not in ("", f"{option.value:g}") else "")
            for option in item.options
        )
    return f"{item.minimum:g} to {item.maximum:g}" + ("" if item.step == 1 else f" in steps of {item.step:g}")


def _scale(instrument: Instrument, scale: Scale) -> Iterator[str]:
    yield ""
    of = f"{scale.rule_kind} of {', '.join(scale.items)}, " if scale.items else ""
    yield f"scale {scale.id}: {of}{scale.minimum:g} to {scale.maximum:g}"
    if scale.reverse:
        yield f"  turned round: {', '.join(scale.reverse)}"
    if scale.items:
        rule = scale.missing
        gaps = (
            f"at least {rule.min_answered} of {len(scale.items)}, prorated"
            if rule and rule.prorate
            else "every item is needed"
        )
        yield f"  missing answers: {gaps}"
    for cutoff in scale.cutoffs:
        whom = f" ({cutoff.population})" if cutoff.population else ""
        yield f"  {cutoff.operator} {cutoff.value:g} {cutoff.label}{whom}{_rest(instrument, cutoff.source, cutoff.verified)}"
    for band_set in scale.band_sets:
        bands = ", ".join(f"{band.low:g}-{band.high:g} {band.label}" for band in band_set.bands)
        yield f"  bands {band_set.id}: {bands}{_rest(instrument, band_set.source, band_set.verified)}"
    for figure in scale.reliability:
        yield f"  reliability ({figure.kind}) {figure.value:g}{_rest(instrument, figure.source, figure.verified)}"
    for sd in scale.sds:
        mean = "" if sd.mean is None else f"mean {sd.mean:g}, "
        yield f"  {mean}SD {sd.value:g} ({sd.population}){_rest(instrument, sd.source, sd.verified)}"
    for change in scale.reliable_change:
        method = f" ({change.method})" if change.method else ""
        yield f"  change of {change.points:g} points{method}{_rest(instrument, change.source, change.verified)}"


def _rest(instrument: Instrument, source: str, verified: bool) -> str:
    return f" [{instrument.cite(source)}{'' if verified else '; not verified, drives nothing'}]"
