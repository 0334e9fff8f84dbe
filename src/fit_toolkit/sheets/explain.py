"""Traces every number of a therapist's sheet to the records behind it: forms, policies, norm sets, alerts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from fit_toolkit.catalog import Catalog
from fit_toolkit.courses.asking import Asking, Parts
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.model.records import Administration, Score
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.explain_data import AlertRow, Explanation, FormRow, PackRow, PolicyRow, Traced
from fit_toolkit.sheets.explain_numbers import Sources, numbers_of
from fit_toolkit.sheets.language import say_day, say_short
from fit_toolkit.sheets.notices import HIDDEN, alerts_of
from fit_toolkit.sheets.panels import LIVE, choose
from fit_toolkit.sheets.reading import Reading
from fit_toolkit.sheets.words import day
from fit_toolkit.store import alerts as stored

if TYPE_CHECKING:
    import sqlalchemy as sa

OWN = {"day", "administration", "good_news"}  # evidence that is told elsewhere


def explain(parts: Parts, c: sa.Connection, sheet: SheetData, reading: Reading, asking: Asking | None) -> Explanation:
    """Say of a sheet that was built from this reading where each of its numbers comes from."""
    forms = {given.instrument for given in reading.given} | {row["instrument"] for row in reading.alerts}
    catalog = parts.catalog.readable(forms | {entry.instrument for entry in reading.plan})
    instruments = choose(reading, catalog)[0]
    lines = [(line, _row(reading, catalog, line, sheet.language)) for line in sheet.alerts]
    numbers = tuple(numbers_of(Sources(sheet, reading, catalog, asking, instruments, lines)))
    shown = [row for row in reading.alerts if row["state"] not in HIDDEN]
    uses = list(_uses(asking, numbers, shown, {f.id for f in instruments}))
    return Explanation(
        client=sheet.client,
        as_of=sheet.as_of,
        session=sheet.session_on,
        session_number=sheet.session_number,
        number=sheet.number,
        version=sheet.version,
        numbers=numbers,
        dates=_dates(sheet, reading),
        forms=tuple(row for given in reading.given for row in _forms(reading, catalog, given)),
        policies=tuple(_policy(use) for use in uses),
        packs=tuple({pack.hash or pack.name: pack for use in uses for pack in _packs(use)}.values()),
        alerts=tuple(_alert(c, reading, row) for row in shown),
    )


def _row(reading: Reading, catalog: Catalog, line: Any, language: str) -> Mapping[str, Any] | None:
    """The row of the alert table that a line of the sheet says."""
    for row in reading.alerts:
        for alone in alerts_of(replace(reading, alerts=(row,)), catalog, language):
            same = ("severity", "what", "basis", "since", "state", "done")
            if all(getattr(alone, name) == getattr(line, name) for name in same) and line.reason.startswith(
                alone.reason
            ):
                return row
    return None


def _uses(
    asking: Asking | None, numbers: tuple[Traced, ...], alerts: list[Mapping[str, Any]], drawn: set[str]
) -> Iterator[PolicyUse]:
    """The policies that had a say: those behind a range or an alert, and those that watch what is drawn."""
    named = {traced.policy for traced in numbers} | {row["policy"] for row in alerts}
    for use in asking.uses if asking is not None else ():
        if use.id in named or use.stream.instrument in drawn:
            yield use


def _forms(reading: Reading, catalog: Catalog, given: Administration) -> Iterator[FormRow]:
    """The main score of a form, and every other one that was answered with more than one item."""
    known = {scale.id: scale for scale in catalog.get(given.instrument).scales} if given.instrument in catalog else {}
    main = catalog.get(given.instrument).main_scale if given.instrument in catalog else ""
    for score in given.scores:
        if score.scale != main and score.n_items < 2 and main:
            continue  # one answer by another name
        scale = known.get(score.scale)
        rule = "" if scale is None else f"{scale.rule_kind}, needs {scale.min_answered or len(scale.parts)}"
        on = given.session_on
        yield FormRow(
            form=given.id, session=on, session_number=reading.sessions.index(on) + 1 if on in reading.sessions else 0,
            occasion=given.occasion, rater=given.rater, instrument=given.instrument, version=given.version,
            definition=given.definition_hash, scale=score.scale, value=score.value, rule=rule, answers=_counted(score),
            prorated=score.status == "prorated", status=score.status if given.state == "valid" else given.state,
            replaces=given.root_id if given.root_id != given.id else None,
        )  # fmt: skip


def _counted(score: Score) -> str:
    if score.n_items:
        return f"{score.n_answered} of {score.n_items}"
    return "total as typed" if score.status == "entered" else "none"


def _policy(use: PolicyUse) -> PolicyRow:
    plain = {name: value for name, value in use.ready.parameters.items() if not isinstance(value, dict)}
    return PolicyRow(
        policy=use.id, kind=use.kind, watches=f"{use.stream.instrument} {use.stream.scale}, {use.stream.rater}",
        rests_on=use.basis, parameters=json.dumps(plain, default=str, sort_keys=True),
        figures=", ".join([*(each.name for each in use.norms), *(each.name for each in use.curves)]),
        plugin=f"{use.ready.plugin} {use.ready.version}".strip(), hash=use.hash,
    )  # fmt: skip


def _packs(use: PolicyUse) -> Iterator[PackRow]:
    for norms in use.norms:
        figures = f"mean {norms.mean:g}, SD between {norms.sd_between:g}, SD within {norms.sd_within:g}"
        yield PackRow(name=norms.name, version=norms.version, what="norm set", standing=norms.standing,
                      figures=figures, hash=norms.hash)  # fmt: skip
    for curve in use.curves:
        figures = ", ".join(f"{name} {value:g}" for name, value in curve.coefficients.items())
        yield PackRow(name=curve.name, version=curve.version, what="curve pack", standing=curve.standing,
                      figures=figures, hash=curve.hash)  # fmt: skip


def _alert(c: sa.Connection, reading: Reading, row: Mapping[str, Any]) -> AlertRow:
    evidence = {k: v for k, v in row["evidence"].items() if k not in OWN and isinstance(v, (int, float, str))}
    looked: dict[str, Any] = next(
        (e["evidence"] for e in reversed(stored.events_of(c, row["id"])) if "plugin" in e["evidence"]), {}
    )
    behind = {row["evidence"].get("administration"), row["root_id"]}
    return AlertRow(
        alert=row["id"], policy=row["policy"], kind=row["kind"], session=row["session_on"],
        state=row["state"] if row["state"] in LIVE else f"{row['state']}: {row['cause']}".rstrip(": "),
        forms=tuple(a.id for a in reading.given if a.id in behind or a.root_id in behind),
        evidence=json.dumps(evidence, sort_keys=True, ensure_ascii=False), policy_hash=row["policy_hash"],
        found_by=" ".join(str(looked[name]) for name in ("plugin", "engine") if name in looked),
    )  # fmt: skip


def _dates(sheet: SheetData, reading: Reading) -> tuple[str, ...]:
    """Every day that may stand on the page, in each way it is written there."""
    days: set[date] = {sheet.as_of, *reading.sessions, *(a.session_on for a in reading.given)}
    days |= {mark.on for mark in sheet.marks} | {a.since for a in sheet.alerts} | {q.on for q in sheet.quotes}
    ways = (say_day, say_short, lambda d: say_short(d, year=True), lambda d: day(d, sheet.language))
    return tuple(dict.fromkeys(way(d) for d in sorted(days) for way in ways))
