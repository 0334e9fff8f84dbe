"""The panels of a sheet: which scales are drawn, their points, and the range that is usual for this client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from fit_toolkit.catalog import Catalog
from fit_toolkit.course import Curve, Findings
from fit_toolkit.course.parameters import Norms
from fit_toolkit.courses.asking import Asking
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.engine import PluginFailureError
from fit_toolkit.language import mark, plural, say, spoken
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.records import Administration
from fit_toolkit.sheets.chart import number
from fit_toolkit.sheets.data import Band, BandPoint, Cutoff, Inset, Panel, Point, Series
from fit_toolkit.sheets.reading import EPOCH, Reading

MOST = 4  # panels on a page
BESIDE = 2  # of them beside the alliance
LIVE = {"open", "acknowledged", "snoozed"}
TOP = 0.6  # the enlarged part begins here, as a share of the range
TITLES = {
    "alliance": (mark("How the work together went"), mark("How our work together felt to you")),
    "outcome": (mark("How the client is"), mark("How you have been")),
}
PREFIX = {"symptoms": mark("Symptoms"), "functioning": mark("Everyday life")}
UNVALIDATED = {"unvalidated": mark("unvalidated"), "unknown": mark("validation unknown")}


@dataclass
class Drawn:
    """Panels, with the words that came up while they were made."""

    panels: list[Panel] = field(default_factory=list)
    instruments: list[Instrument] = field(default_factory=list)  # one per panel
    sources: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def draw(reading: Reading, catalog: Catalog, asking: Asking | None) -> Drawn:
    """Choose what is drawn, the alliance first, and make its panels."""
    out = Drawn()
    chosen, left = choose(reading, catalog)
    kinds = [instrument.construct for instrument in chosen]
    for instrument in chosen:
        named = kinds.count(instrument.construct) > 1
        band = _band(reading, instrument, asking, out)
        expected = _expected(reading, instrument, asking, out)
        out.panels.append(_panel(reading, instrument, catalog, (band, expected), named=named))
        out.instruments.append(instrument)
        out.sources.append(_source(instrument))
        cutoff = out.panels[-1].cutoff
        if cutoff is not None:
            out.sources.append(f"{cutoff.label}: {cutoff.source}.")
    if left:
        out.notes.append(say("also on record, not drawn: %(forms)s", forms=", ".join(left)))
    return out


def resting_on(asking: Asking | None, alerts: Sequence[Mapping[str, Any]], said: Sequence[str]) -> list[str]:
    """Name the norm sets that standing alerts of this member rest on, where none of the sources names them already."""
    standing = {row["policy"] for row in alerts if row["state"] in LIVE}
    uses = [use for use in asking.uses if use.id in standing] if asking is not None else []
    named = {n.name: _norms(n) for use in uses for n in use.norms}
    new = [words for words in named.values() if not any(words in each for each in said)]
    return [say("Alerts rest on %(norms)s.", norms=say(" and ").join(new))] if new else []


def choose(reading: Reading, catalog: Catalog) -> tuple[list[Instrument], list[str]]:
    """The alliance form that the client rated last and the newest other forms; the rest by name."""
    newest: dict[str, tuple[Any, ...]] = {}
    for at, given in enumerate(reading.given):
        if given.instrument in catalog and given.rater == catalog.get(given.instrument).raters[0]:
            newest[given.instrument] = (given.rater == "client", given.session_on, at)
    order = sorted(newest, key=lambda name: newest[name], reverse=True)
    forms = [catalog.get(name) for name in order]
    alliance = [f for f in forms if f.construct == "alliance"]
    if alliance and alliance[0].raters[0] != "client":  # only the therapist rated so far
        own = alliance[0].counterpart
        alliance = [catalog.get(own)] if own in catalog else alliance
    others = [f for f in forms if f.construct != "alliance"]
    others.sort(key=lambda f: f.construct != "outcome")  # stable: the headline outcome before the newest of the rest
    counterparts = {f.counterpart for f in alliance[:1]}
    most = BESIDE if alliance else MOST
    left = [f.short for f in [*alliance[1:], *others[most:]] if f.id not in counterparts]
    return [*alliance[:1], *others[:most]], left


def title(instrument: Instrument, *, named: bool = False) -> str:
    """What a form is about, in plain words; `named` tells two forms of one kind apart."""
    if instrument.construct in TITLES:
        about = say(TITLES[instrument.construct][0])
        return f"{about} ({instrument.short})" if named else about
    before = PREFIX.get(instrument.construct)
    return f"{say(before)} ({instrument.short})" if before else instrument.short


def _client_title(instrument: Instrument, catalog: Catalog, *, named: bool) -> str:
    """The same in the client's words: the name on the form, unless it says little."""
    if instrument.construct in TITLES and not named:
        return say(TITLES[instrument.construct][1])
    wording = catalog.usable_wording(instrument.id, spoken().code)
    return wording.title if wording is not None else instrument.title


def _panel(
    reading: Reading, instrument: Instrument, catalog: Catalog, bands: tuple[Band | None, Band | None], *, named: bool
) -> Panel:
    """Put a panel together; `bands` are the range usual for this client and the one of comparable clients."""
    view = instrument.watchable(instrument.main_scale)
    rater = instrument.raters[0]
    series = [_series(reading, instrument, rater)]
    if instrument.counterpart in catalog:
        other = catalog.get(instrument.counterpart)
        beside = _series(reading, other, other.raters[0])
        if beside.points and other.raters[0] != rater:
            series.append(beside)
    own = series[0].points
    about = title(instrument, named=named)
    cutoff = None
    age, sex = reading.part.person(reading.member.id, reading.as_of)
    line = next((c for c in view.cutoffs if c.who is None or c.who.applies(age=age, sex=sex, rater=rater)), None)
    if line is not None:
        label = f"{line.label} {line.operator} {number(line.value)}"
        cutoff = Cutoff(value=line.value, label=label, source=instrument.cite(line.source))
    better = view.direction == "higher_is_better"
    return Panel(
        key="alliance" if instrument.construct == "alliance" else "outcome",
        title=about,
        what=_what(instrument, about),
        minimum=view.minimum,
        maximum=view.maximum,
        better="higher" if better else "lower",
        series=tuple(series),
        band=bands[0],
        expected=bands[1],
        cutoff=cutoff,
        inset=_inset(instrument, [p.value for p in own], view.minimum, view.maximum),
        max_gap_days=reading.part.max_gap_days,
        client_title=_client_title(instrument, catalog, named=named),
        client_what=say("A higher line is better") if better else say("A lower line is better"),
    )


def _what(instrument: Instrument, about: str) -> str:
    scale = instrument.scale(instrument.main_scale)
    if instrument.totals_only or not (scale.items or scale.parts):
        made = say("the total as it was typed in")
    else:
        of = say({"mean": mark("mean"), "sum": mark("sum")}.get(scale.method, mark("score")))
        n = len(scale.items or scale.parts)
        made = (
            say("%(of)s of up to %(n)s answers", of=of, n=n)
            if scale.items
            else say("%(of)s of %(n)s scales", of=of, n=n)
        )
        made += say(" times %(n)s", n=number(scale.multiply)) if scale.multiply != 1 else ""
    if len(instrument.scales) > 1 and scale.id != "total":  # one of several, and none of them is the sum of all
        made = f"{scale.title or scale.id}: {made}"
    status = say(UNVALIDATED.get(instrument.validation.status, ""))
    name = "" if instrument.short in about else instrument.short
    return ", ".join(part for part in (name, made, status) if part)


def _series(reading: Reading, instrument: Instrument, rater: str) -> Series:
    scale = instrument.main_scale
    marked = _marked(reading.alerts, instrument.id, scale, rater)
    usual = instrument.usual_occasion
    given = reading.of(instrument.id, rater)
    if any(a.occasion == usual for a in given):
        given = [a for a in given if a.occasion == usual]
    points: list[Point] = []
    before: Administration | None = None
    for a in given:
        score = a.score(scale)
        if score is None or score.value is None:
            continue
        moved = instrument.construct == "alliance" and before is not None and before.pair_id != a.pair_id
        points.append(
            Point(
                on=a.session_on,
                value=score.value,
                status=score.status,
                answered=score.n_answered if score.n_items else None,
                items=score.n_items or None,
                stands_out=a.session_on in marked,
                starts=moved,
            )
        )
        before = a
    return Series(rater=rater, label=say(rater), points=tuple(points))


def _marked(alerts: Sequence[Mapping[str, Any]], instrument: str, scale: str, rater: str) -> set[date]:
    """The newest session for which a live alert about this scale holds: where the eye is to land."""
    return {
        EPOCH + timedelta(days=int(row["last_day"]))
        for row in alerts
        if row["state"] in LIVE
        and (row["instrument"], row["scale"], row["rater"]) == (instrument, scale, rater)
        and row["root_id"]
    }


def _inset(instrument: Instrument, values: Sequence[float], low: float, high: float) -> Inset | None:
    """The top of the range once more, where most of an alliance's ratings lie."""
    start = low + TOP * (high - low)
    inside = sum(value >= start for value in values)
    if instrument.construct != "alliance" or len(values) < 2 or inside < 0.6 * len(values):
        return None
    return Inset(low=start, high=high, label=say("%(low)s to %(high)s, enlarged", low=number(start), high=number(high)))


def _band(reading: Reading, instrument: Instrument, asking: Asking | None, out: Drawn) -> Band | None:
    """Ask the practice's own policy for the range that is usual for this client."""
    for use in _about(instrument, asking):
        if use.basis == "unusual":
            band = _usual(reading, use, asking, out)
            if band is not None:
                return band
    return None


def _about(instrument: Instrument, asking: Asking | None) -> list[PolicyUse]:
    """The policies that look at what the panel of this form draws."""
    key = (instrument.id, instrument.main_scale, instrument.raters[0])
    uses = asking.uses if asking is not None else ()
    return [use for use in uses if (use.stream.instrument, use.stream.scale, use.stream.rater) == key]


def _usual(reading: Reading, use: PolicyUse, asking: Asking | None, out: Drawn) -> Band | None:
    points = _ask(reading, use, asking, out, ("low", "high"))
    if not points:
        return None
    norms = [_norms(n) for n in use.norms]
    out.sources.append(
        say("Usual range: %(from)s.", **{"from": ", ".join(norms) or say("from this client’s own ratings alone")})
    )
    return Band(label=say("usual for this client"), points=points)


def _expected(reading: Reading, instrument: Instrument, asking: Asking | None, out: Drawn) -> Band | None:
    """Ask a policy that rests on a curve pack for the range in which ratings of comparable clients lay."""
    for use in _about(instrument, asking):
        if not use.curves:
            continue
        points = _ask(reading, use, asking, out, ("expected_low", "expected_high"))
        if points:
            curve = use.curves[0]
            share = use.ready.parameters.get("percent")
            held = curve.inside.get(f"{share:g}") if isinstance(share, (int, float)) else None
            parts = [
                say(
                    "curve pack %(name)s %(version)s (%(standing)s)",
                    name=curve.name,
                    version=curve.version,
                    standing=say(curve.standing),
                ),
                plural("%(num)s client", "%(num)s clients", curve.n_clients or 0),
            ]
            parts += [curve.period] if curve.period else []
            parts += [say("%(n)s %% of ratings", n=number(float(share)))] if isinstance(share, (int, float)) else []
            parts += [say("%(n)s %% of held-out ones inside", n=f"{100 * held:.0f}")] if held is not None else []
            out.sources.append(say("Expected range, no forecast: %(parts)s.", parts=", ".join(parts)))
            over = points[-1].on < reading.of(instrument.id, instrument.raters[0])[-1].session_on
            label = (
                say("expected to session %(n)s", n=f"{curve.sessions[1]:g}")
                if over and curve.sessions
                else say("expected")
            )
            return Band(label=label if over else f"{label}, n {curve.n_clients}", points=points)
    return None


def _ask(
    reading: Reading, use: PolicyUse, asking: Asking | None, out: Drawn, edges: tuple[str, str]
) -> tuple[BandPoint, ...]:
    """Ask a policy for its range at each rating of this member; `edges` are the names of its evidence."""
    loaded = reading.part.load(use.stream, use.view, use.partners)
    try:
        findings = asking.find(use, loaded.course) if asking is not None else None
    except PluginFailureError:
        out.notes.append(say("not checked: the policy “%(name)s” failed", name=use.id))
        return ()
    mine = np.flatnonzero(loaded.member == reading.member.id)
    course = loaded.course
    most = int(course.count[mine].max(initial=0))
    if 0 < most < use.ready.min_ratings:
        needs = {"n": use.ready.min_ratings, "m": most, "name": use.id}
        usual = edges == ("low", "high")
        out.notes.append(
            say("not ready: the usual range needs %(n)s ratings, so far %(m)s (%(name)s)", **needs)
            if usual
            else say("not ready: the expected range needs %(n)s ratings, so far %(m)s (%(name)s)", **needs)
        )
    courses = [np.arange(course.offsets[m], course.offsets[m + 1]) for m in mine]
    found = [p for own in courses for p in _points(findings, course.day, own, edges)]
    if use.curves and not found and most >= use.ready.min_ratings:
        first = courses[0][0] if len(courses[0]) else 0
        why = _beyond(use.curves[0], int(course.session[first]), float(course.value[first]))
        out.notes.append(say("not judged: %(why)s (%(name)s)", why=why, name=use.id))
    return tuple(sorted(found, key=lambda p: p.on))


def _beyond(curve: Curve, session: int, value: float) -> str:
    """Why a curve pack says nothing of a course with enough ratings."""
    if "intake" in curve.coefficients and session != 1:
        return say("no rating at session 1, on which curve pack %(name)s rests", name=curve.name)
    low, high = curve.intakes or (value, value)
    if not low <= value <= high:
        return say(
            "the first rating lies outside those of curve pack %(name)s, %(low)s to %(high)s",
            name=curve.name, low=number(low), high=number(high),
        )  # fmt: skip
    return say("curve pack %(name)s says nothing of these sessions", name=curve.name)


def _norms(norms: Norms) -> str:
    return say(
        "norm set %(name)s %(version)s (%(standing)s)",
        name=norms.name, version=norms.version, standing=say(norms.standing),
    )  # fmt: skip


def _points(findings: Findings | None, day: Any, places: Any, edges: tuple[str, str]) -> list[BandPoint]:
    """The range at each rating of one course, where there was one."""
    low, high = (None, None) if findings is None else (findings.evidence.get(name) for name in edges)
    if low is None or high is None:
        return []
    known = [i for i in places if not (np.isnan(low[i]) or np.isnan(high[i]))]
    return [
        BandPoint(
            on=EPOCH + timedelta(days=int(day[i])), low=float(low[i]), high=float(high[i]), starts=bool(i == known[0])
        )
        for i in known
    ]


def _source(instrument: Instrument) -> str:
    status = {"unvalidated": mark("unvalidated, no norms"), "unknown": mark("validation unknown")}.get(
        instrument.validation.status
    )
    status = say(status or "")
    return f"{instrument.title} {instrument.version}{f' ({status})' if status else ''}."
