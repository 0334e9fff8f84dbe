"""The figures of a scale in words, each with the number of its source, and the sources written out below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fit_toolkit.model.instrument import split_sources

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Instrument
    from fit_toolkit.model.scale import LookupRow, Recode, Scale


class Sources:
    """Numbers the sources in the order in which they are first named."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.order: list[str] = []

    def mark(self, reference: str, *, verified: bool = True) -> str:
        """Give ` [1, 2]` for a reference, with a word about a figure that nobody has read."""
        numbers = []
        for key in split_sources(reference):
            if key not in self.order:
                self.order.append(key)
            numbers.append(str(self.order.index(key) + 1))
        unread = "" if verified else "; not verified, drives nothing" if numbers else "not verified, drives nothing"
        return f" [{', '.join(numbers)}{unread}]" if numbers or unread else ""

    def lines(self) -> Iterator[str]:
        """Write the sources out, those that no figure names at the end."""
        order = [*self.order, *(key for key in self.instrument.sources if key not in self.order)]
        if order:
            yield ""
            yield "sources:"
        for place, key in enumerate(order, 1):
            source = self.instrument.sources.get(key)
            text = f"{source.text} {source.url}".strip() if source else key
            yield f"  [{place}]  {text}"


def scale_lines(instrument: Instrument, scale: Scale, sources: Sources) -> Iterator[str]:
    """Say how a scale is made and what is known of its numbers."""
    title = f" ({scale.title})" if scale.title and scale.title != scale.id else ""
    main = ", the main scale" if scale.id == instrument.main_scale and len(instrument.scales) > 1 else ""
    yield f"scale {scale.id}{title}{main}: {_made(instrument, scale)}{scale.minimum:g} to {scale.maximum:g}{_direction(instrument, scale)}"
    yield from _counting(scale)
    yield from _gaps(scale)
    for cutoff in scale.cutoffs:
        label = f"{cutoff.operator} {cutoff.value:g}".ljust(8)
        yield f"  {label}  {cutoff.label}{_whom(cutoff)}{sources.mark(cutoff.source, verified=cutoff.verified)}"
    for band_set in scale.band_sets:
        bands = ", ".join(f"{band.low:g}-{band.high:g} {band.label}" for band in band_set.bands)
        yield f"  bands     {bands}{_whom(band_set)}{sources.mark(band_set.source, verified=band_set.verified)}"
    yield from _tables(scale, sources)
    for figure in scale.reliability:
        text = f"{figure.kind} {figure.value:g}{_whom(figure)}"
        yield f"  reliable  {text}{sources.mark(figure.source, verified=figure.verified)}"
    for sd in scale.sds:
        mean = "" if sd.mean is None else f"mean {sd.mean:g}, "
        text = f"{mean}SD {sd.value:g}{' within one client' if sd.kind == 'within' else ''}{_whom(sd)}"
        yield f"  spread    {text}{sources.mark(sd.source, verified=sd.verified)}"
    for change in scale.reliable_change:
        method = f" ({change.method})" if change.method else ""
        text = f"{'' if change.inclusive else 'more than '}{change.points:g} points{method}{_whom(change)}"
        yield f"  change    {text}{sources.mark(change.source, verified=change.verified)}"


def in_short(order: Sequence[str], ids: Sequence[str]) -> str:
    """Name items in a few words: neighbours in the form are written as q1-q9."""
    place = {id: number for number, id in enumerate(order)}
    runs: list[list[str]] = []
    for id in ids:
        if runs and place.get(id, -1) == place.get(runs[-1][-1], -9) + 1:
            runs[-1].append(id)
        else:
            runs.append([id])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def _direction(instrument: Instrument, scale: Scale) -> str:
    if scale.direction is None or scale.direction == instrument.direction:
        return ""
    return "; here high is better" if scale.direction == "higher_is_better" else "; here high is worse"


def _made(instrument: Instrument, scale: Scale) -> str:
    if scale.conditions:
        rule = " and ".join(f"{each.scale} {each.operator} {each.value:g}" for each in scale.conditions)
        return f"1 when {rule}, else 0; "
    of = ", ".join(scale.scales) or in_short(instrument.item_ids, scale.items)
    if not of:
        return ""
    kind = {"lookup": "table", "plugin": f"rule '{scale.rule}'"}.get(scale.method, scale.method)
    factor = f", times {scale.multiply:g}" if scale.multiply != 1 else ""
    return f"{kind} of {of}{factor}; "


def _counting(scale: Scale) -> Iterator[str]:
    for recode in scale.recode:
        whom = f"{', '.join(recode.items)}: " if recode.items else ""
        yield f"  counts    {whom}{_recode(recode)}"
    if scale.reverse:
        yield f"  turned    {', '.join(scale.reverse)}"
    if scale.weights:
        yield f"  weights   {', '.join(f'{id} {weight:g}' for id, weight in scale.weights.items())}"
    if scale.round:
        when = "always" if scale.round.when == "always" else "when something is left out"
        yield f"  rounded   to a multiple of {scale.round.to:g}, {when}; halves away from zero"


def _recode(recode: Recode) -> str:
    if recode.at_least is not None:
        return f"an answer from {recode.at_least:g} on counts 1, a lower one 0"
    return ", ".join(f"{answer} counts {value:g}" for answer, value in recode.values.items())


def _gaps(scale: Scale) -> Iterator[str]:
    if scale.parts:
        yield "  gaps      no score where a part has none"
    elif scale.items:
        rule, size = scale.missing, len(scale.items)
        prorated = rule is not None and rule.prorate and rule.min_answered < size
        may = f", only {', '.join(rule.may_miss)} may be missing" if rule and rule.may_miss else ""
        text = (
            f"at least {rule.min_answered} of {size} answers, prorated{may}"
            if rule and prorated
            else "every answer is needed"
        )
        yield f"  gaps      {text}"


def _tables(scale: Scale, sources: Sources) -> Iterator[str]:
    if scale.table:
        yield f"  table     {_row_ends(scale.table)}"
    for table in scale.tables:
        text = f"{table.who}: {_row_ends(table.rows)}"
        yield f"  table     {text}{sources.mark(table.source, verified=table.verified)}"


def _row_ends(rows: tuple[LookupRow, ...]) -> str:
    first, last = rows[0], rows[-1]
    ends = f"{first.raw:g} becomes {first.value:g} ... {last.raw:g} becomes {last.value:g}"
    return f"{ends} ({len(rows)} rows)"


def _whom(figure: object) -> str:
    """Say of whom a figure is, where it is not of everybody."""
    who, population = getattr(figure, "who", None), getattr(figure, "population", "")
    n = f"n = {figure.n}" if getattr(figure, "n", None) else ""  # type: ignore[attr-defined]
    parts = [f"only {who}" if who else "", population, n]
    text = "; ".join(part for part in parts if part)
    return f" ({text})" if text else ""
