"""Checked forms into the store: batch, episodes, administrations, scores and risk answers, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pandas import DataFrame

from fit_toolkit.catalog import Catalog
from fit_toolkit.intake.answers import Answers, stored_answers
from fit_toolkit.intake.check import Checked
from fit_toolkit.intake.records import Ask, Stored
from fit_toolkit.model.records import NewAdministration
from fit_toolkit.scoring import Rules, entered, risk, score
from fit_toolkit.store import people, ratings

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Written:
    """What was written: the batch, the stored forms, and how many episodes were opened and answers flagged."""

    def __init__(self) -> None:
        self.batch: int | None = None
        self.stored: list[Stored] = []
        self.opened = 0
        self.unassigned = 0
        self.flagged = 0


def write(
    c: Connection, checked: Checked, ask: Ask, catalog: Catalog, *, source_sha256: str | None, rules: Rules | None
) -> Written:
    """Store every form that is new or corrects one; without any, nothing is written at all."""
    written = Written()
    active = checked.forms[checked.forms["fate"].isin(["new", "corrected"])]
    if not len(active):
        return written
    written.batch = ratings.start_batch(
        c, "import", actor=ask.actor, at=ask.now, source_sha256=source_sha256, map_sha256=ask.map_sha256
    )
    active = _open(c, active, ask, written)
    pairs = people.pairs_of(c, [int(member) for member in active["member_id"].unique()])
    for part in checked.read.parts:
        _store(c, part, active, pairs, ask, catalog.hash(part.instrument.id), rules, checked, written)
    counts = {fate: checked.count(fate) for fate in ("accepted", "unchanged", "rejected")}
    ratings.finish_batch(c, written.batch, **counts)
    return written


def results(
    instrument: Any, numbers: DataFrame, *, totals: bool, rules: Rules | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Score a table of answers, or take totals as they are; give score and risk rows as the store wants them."""
    frame = numbers.reset_index(drop=True)
    if totals:
        scores = entered(instrument, frame)
        return _records(scores[scores["status"] != "unscorable"]), []
    flagged = risk(instrument, frame).drop_duplicates(["row", "item"]) if instrument.risk else None
    return _records(score(instrument, frame, rules)), [] if flagged is None else _records(flagged)


def _records(frame: DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _open(c: Connection, active: DataFrame, ask: Ask, written: Written) -> DataFrame:
    """Add the clients and open the episodes that accepted forms need, from the day of the first of them."""
    active = active.copy()
    codes = {staff.id: staff.code for staff in people.list_staff(c)}
    for client in active.loc[active["fresh"].astype(bool), "client"].unique():
        people.add_client(c, str(client), at=ask.now)
    for new, part in active[active["new"] != ""].groupby("new", sort=False):
        client, _, code = str(new).partition("\x00")
        staff = int(part["staff_id"].iloc[0])
        episode = people.open_episode(
            c, [client], therapist=codes.get(staff), opened_on=part["session_on"].min(), code=code or None, at=ask.now
        )
        (member,) = people.list_members(c, [episode])
        active.loc[part.index, ["member_id", "episode_id"]] = [member.id, episode]
        written.opened += 1
        written.unassigned += staff == 0
    return active


def _store(  # noqa: PLR0913 - one step of `write`, whose parts it is given
    c: Connection,
    part: Answers,
    active: DataFrame,
    pairs: Mapping[tuple[int, int], int],
    ask: Ask,
    definition_hash: str,
    rules: Rules | None,
    checked: Checked,
    written: Written,
) -> None:
    mine = active.loc[active.index.intersection(part.numbers.index)].sort_values("row", kind="stable")
    if not len(mine):
        return
    rows = [
        _administration(part, form, values, pairs, ask, definition_hash, written.batch)
        for form, values in zip(mine.index, mine.to_dict("records"), strict=True)
    ]
    scores, risks = results(part.instrument, part.numbers.loc[mine.index], totals=part.totals, rules=rules)
    ids = ratings.add_administrations(c, rows, scores, risks, why="import", at=ask.now)
    lines = checked.laid.table.lines
    written.flagged += len({each["row"] for each in risks})
    written.stored += [
        Stored(made, lines[int(row)], str(client), part.instrument.id, day)
        for made, row, client, day in zip(ids, mine["row"], mine["client"], mine["session_on"], strict=True)
    ]


def _administration(
    part: Answers,
    form: Any,
    values: Mapping[Any, Any],
    pairs: Mapping[tuple[int, int], int],
    ask: Ask,
    definition_hash: str,
    batch: int | None,
) -> NewAdministration:
    raw, numbers, texts = stored_answers(part, form)
    session = values["session_given"]
    corrects = int(values["replaces"])
    return NewAdministration(
        member_id=int(values["member_id"]),
        instrument=part.instrument.id,
        version=part.instrument.version,
        definition_hash=definition_hash,
        rater=values["rater"],
        rater_staff_id=int(values["rater_staff_id"]),
        pair_id=pairs.get((int(values["member_id"]), int(values["staff_id"]))) if values["paired"] else None,
        session_on=values["session_on"],
        session_given=int(session) if isinstance(session, int) else None,
        occasion=values["occasion"],
        mode="import",
        dates_assumed=bool(ask.every),
        raw=raw,
        numbers=numbers,
        texts=texts,
        entered_by=ask.actor,
        entered_at=_naive(ask.now),
        batch_id=batch,
        replaces=corrects if corrects > 0 else None,
        change_reason=ask.reason if corrects > 0 else None,
    )


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None) if moment.tzinfo else moment
