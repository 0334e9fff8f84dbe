"""Checked forms into the store: batch, episodes, administrations, scores, risk answers, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from fit_toolkit.catalog import Catalog
from fit_toolkit.intake.answers import Answers, stored_texts
from fit_toolkit.intake.check import Checked
from fit_toolkit.intake.expand import records
from fit_toolkit.intake.people import BETWEEN
from fit_toolkit.intake.piece import Ints
from fit_toolkit.intake.records import Ask, Stored
from fit_toolkit.intake.spool import Runs, Spool
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.records import Change
from fit_toolkit.scoring import Rules, entered, risk, risk_left_out, score
from fit_toolkit.store import admit, people, ratings
from fit_toolkit.store.bulk import Same
from fit_toolkit.store.rows import touch, utc

if TYPE_CHECKING:
    from sqlalchemy import Connection

BLOCK = 5_000  # stored forms that are set aside together


@dataclass(frozen=True)
class Ready:
    """What of a piece of a file is to be written: its new and corrected forms, with the line each begins on."""

    forms: DataFrame
    parts: tuple[Answers, ...]

    @classmethod
    def of(cls, checked: Checked) -> Ready:
        """Take what is to be written of what was checked."""
        forms = checked.forms[checked.forms["fate"].isin(["new", "corrected"])].drop(columns=["canon"])
        at = np.searchsorted(checked.laid.piece.rows, forms["row"].to_numpy())
        forms = forms.assign(line=checked.laid.piece.lines[at])
        mine = [(part, forms.index.intersection(part.numbers.index)) for part in checked.read.parts]
        return cls(forms, tuple(part.only(index) for part, index in mine if len(index)))


@dataclass
class Written:
    """What was written: the batch, the stored forms, the episodes opened, and forms flagged or silent about risk."""

    batch: int | None = None
    stored: Sequence[Stored] = ()
    opened: int = 0
    unassigned: int = 0
    flagged: int = 0
    left_out: int = 0


@dataclass
class _Newcomers:
    """Who is to be added and what is to be opened, gathered from all pieces."""

    clients: dict[str, int] = field(default_factory=dict)
    episodes: dict[str, admit.Opening] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    about: dict[str, tuple[int | None, str | None]] = field(default_factory=dict)

    def gather(self, forms: DataFrame) -> None:
        """Note the clients and episodes that the forms of a piece need, from the day of the first of them."""
        fresh = forms[forms["fresh"].astype(bool)]
        first = fresh.groupby("client", sort=False)["seq"].min()
        self.clients.update(zip(first.index.astype(str), first, strict=True))
        wanted = forms[forms["new"] != ""].sort_values("seq", kind="stable").groupby("new", sort=False)
        found = wanted.agg({"session_on": "min", "staff_id": "first", "seq": "min"})
        for new, first, staff, seq in zip(
            found.index, found["session_on"], found["staff_id"], found["seq"], strict=True
        ):
            client, _, code = str(new).partition(BETWEEN)
            self.episodes[str(new)] = admit.Opening(client, first, int(staff), code)
            self.first[str(new)] = int(seq)
        if "born_year" in forms:  # the file says something about people
            told = forms.drop_duplicates("client")
            self.about.update(zip(told["client"], zip(told["born_year"], told["sex"], strict=True), strict=True))


@dataclass(frozen=True)
class _Writer:
    """What every step of writing needs."""

    c: Connection
    ask: Ask
    catalog: Catalog
    rules: Rules | None
    written: Written
    stored: Runs[Stored]
    touched: list[Ints]
    assumed: bool

    def open(self, newcomers: _Newcomers) -> dict[str, tuple[int, int]]:
        """Add the clients and open the episodes that accepted forms need, in the order of the file."""
        admit.add_clients(self.c, sorted(newcomers.clients, key=newcomers.clients.__getitem__), at=self.ask.now)
        people.fill_in(self.c, newcomers.about)
        order = sorted(newcomers.episodes, key=newcomers.first.__getitem__)
        openings = [newcomers.episodes[new] for new in order]
        self.written.opened = len(openings)
        self.written.unassigned = sum(not each.staff_id for each in openings)
        return dict(zip(order, admit.open_episodes(self.c, openings, at=self.ask.now), strict=True))

    def piece(self, ready: Ready, ids: Ints, opened: Mapping[str, tuple[int, int]]) -> None:
        """Store the forms of a piece under their ids."""
        forms = ready.forms.assign(id=ids)
        new = forms["new"] != ""
        if new.any():
            made = [opened[each] for each in forms.loc[new, "new"]]
            forms.loc[new, "episode_id"] = [episode for episode, _ in made]
            forms.loc[new, "member_id"] = [member for _, member in made]
        corrected = forms[forms["replaces"] > 0]
        change = Change(self.ask.actor, self.ask.reason, self.ask.now)
        ratings.supersede(self.c, [int(each) for each in corrected["replaces"]], change)
        pairs = people.pairs_of(self.c, [int(member) for member in forms.loc[forms["paired"], "member_id"].unique()])
        made_of = [self.part(part, forms.loc[part.numbers.index], pairs) for part in ready.parts]
        stored = pd.concat(made_of).sort_values("id")
        self.stored.add(_blocks(stored), len(stored))
        self.touched.append(forms["episode_id"].unique().astype(np.int64))

    def part(self, part: Answers, mine: DataFrame, pairs: Mapping[tuple[int, int], int]) -> DataFrame:
        """Store the forms of one instrument with what is made of them; give what there is to tell about them."""
        ids = mine["id"].tolist()
        ratings.add_forms(self.c, ids, self.administrations(part, mine, pairs))
        instrument = part.instrument
        scores, risks = _results(
            instrument, part.numbers, totals=part.totals, rules=self.rules, people=self.persons(instrument, mine)
        )
        ratings.add_score_columns(self.c, _score_columns(ids, scores), len(scores))
        rows = risks["row"].to_numpy(dtype=np.int64)
        answered = {"item": risks["item"].tolist(), "value": risks["value"].tolist()}
        told = {"administration_id": [ids[row] for row in rows.tolist()], **answered}
        ratings.add_risk_columns(self.c, told, len(risks))
        flagged, silent = np.zeros(len(ids), dtype=np.bool_), np.zeros(len(ids), dtype=np.bool_)
        flagged[rows] = True
        if not part.totals:
            silent[_silent(part)] = True
        self.written.flagged += int(flagged.sum())
        self.written.left_out += int(silent.sum())
        shown = mine[["id", "line", "client", "instrument", "session_on"]]
        return shown.assign(flagged=flagged, left_out=silent)

    def persons(self, instrument: Instrument, forms: DataFrame) -> DataFrame | None:
        """Say what is known about those who are rated, where a figure of the instrument asks for it."""
        if not instrument.is_keyed:
            return None
        known = people.persons_of(self.c, [int(member) for member in forms["member_id"].unique()])
        members = (known[int(member)] for member in forms["member_id"])
        return known_of(
            [(*each, day, rater) for each, day, rater in zip(members, forms["session_on"], forms["rater"], strict=True)]
        )

    def administrations(self, part: Answers, forms: DataFrame, pairs: Mapping[tuple[int, int], int]) -> ratings.Forms:
        """Make the records of the forms of one instrument, by columns."""
        instrument, ask = part.instrument, self.ask
        answers = stored_texts(part)
        who = zip(forms["paired"].tolist(), forms["member_id"].tolist(), forms["staff_id"].tolist(), strict=True)
        replaces = forms["replaces"].tolist()
        columns: dict[str, Sequence[Any] | Same] = {
            "member_id": forms["member_id"].tolist(),
            "instrument": Same(instrument.id),
            "version": Same(instrument.version),
            "definition_hash": Same(self.catalog.hash(instrument.id)),
            "rater": forms["rater"].tolist(),
            "rater_staff_id": forms["rater_staff_id"].tolist(),
            "pair_id": [pairs.get((member, staff)) if paired else None for paired, member, staff in who],
            "session_on": forms["session_on"].tolist(),
            "session_given": [each if isinstance(each, int) else None for each in forms["session_given"].tolist()],
            "occasion": forms["occasion"].tolist(),
            "rated_at": forms["rated_at"].tolist(),
            "rated_offset": forms["rated_offset"].tolist(),
            "mode": _given(forms, "mode", ask.mode),
            "language": _given(forms, "language", ask.language),
            "form_version": Same(instrument.version if ask.kind == "enter" else None),
            "seen_client_answers": [
                ask.seen_client_answers if rater == "therapist" else None for rater in forms["rater"]
            ],
            "dates_assumed": Same(self.assumed) if self.assumed else _given(forms, "dates_assumed", False),
            "raw": answers.raw,
            "numbers": answers.numbers,
            "texts": answers.texts,
            "entered_by": Same(ask.actor),
            "entered_at": Same(utc(ask.now)),
            "batch_id": Same(self.written.batch),
        }
        return ratings.Forms(len(forms), columns, replaces if any(replaces) else ())


def write(  # noqa: PLR0913 - what writing needs, by name
    c: Connection,
    shelf: Iterable[Ready],
    ask: Ask,
    catalog: Catalog,
    *,
    counts: Mapping[str, int],
    spool: Spool | None,
    assumed: bool,
    source_sha256: str | None,
    rules: Rules | None,
    told: Callable[[int], object] = int,
) -> Written:
    """Store every form that is new or corrects one; without any, nothing is written at all.

    Ids follow the file, whatever the order in which its pieces come; `told` hears how many forms are written.
    """
    newcomers, places = _Newcomers(), [np.empty(0, dtype=np.int64)]
    for ready in shelf:
        newcomers.gather(ready.forms)
        places.append(ready.forms["seq"].to_numpy(dtype=np.int64))
    order = np.concatenate(places)
    del places
    order.sort()
    written = Written()
    if not len(order):
        return written
    written.batch = ask.batch or ratings.start_batch(
        c, ask.kind, actor=ask.actor, at=ask.now, source_sha256=source_sha256, map_sha256=ask.map_sha256
    )
    stored = Runs[Stored](spool, lambda each: each.administration, _unpacked)
    writer = _Writer(c, ask, catalog, rules, written, stored, [], assumed)
    opened = writer.open(newcomers)
    done = 0
    ids = ratings.new_ids(c, len(order))
    for ready in shelf:
        if len(ready.forms):
            writer.piece(ready, _taken(ids, np.searchsorted(order, ready.forms["seq"])), opened)
        done += len(ready.forms)
        told(done)
    touch(c, np.unique(np.concatenate(writer.touched)).tolist(), "import", ask.now)
    written.stored = stored.sealed()
    there = dict.fromkeys(counts, 0)
    if ask.batch:  # one more form of a pile
        batch = next(each for each in ratings.list_batches(c) if each.id == ask.batch)
        there = {fate: getattr(batch, fate) for fate in counts}
    ratings.finish_batch(c, written.batch, **{fate: count + there[fate] for fate, count in counts.items()})
    return written


def _given(forms: DataFrame, name: str, usual: object) -> Sequence[Any] | Same:
    """Give what the file says about the forms; where it says nothing, what is usual."""
    if name not in forms:
        return Same(usual)
    return [usual if each is None else each for each in forms[name].tolist()]


def _taken(ids: Sequence[int], places: Ints) -> Ints:
    """Give some of the ids; a range of them is never written out."""
    if isinstance(ids, range):
        return places + ids.start
    return np.array([ids[place] for place in places.tolist()], dtype=np.int64)


def _blocks(stored: DataFrame) -> Iterator[list[list[Any]]]:
    """Cut what there is to tell about stored forms into blocks of columns."""
    for start in range(0, len(stored), BLOCK):
        part = stored.iloc[start : start + BLOCK]
        yield [part[name].tolist() for name in part.columns]


def _unpacked(block: list[list[Any]]) -> Iterator[Stored]:
    return map(Stored, *block)


def _score_columns(ids: Sequence[int], scores: DataFrame) -> dict[str, Sequence[Any]]:
    """Give a table of scores, whose `row` is the position in `ids`, as the store keeps it."""
    plain = {name: scores[name].tolist() for name in ("scale", "status", "n_answered", "n_items")}
    words = {name: [text or None for text in scores[name].tolist()] for name in ("reason", "band")}
    ticks = [None if value is pd.NA else value for value in scores["value_ticks"].tolist()]
    return {"administration_id": [ids[row] for row in scores["row"].tolist()], **plain, **words, "value_ticks": ticks}


def _silent(part: Answers) -> list[int]:
    """Give the positions of the forms that leave a flagged question out."""
    raw = part.texts(dict.fromkeys(rule.item for rule in part.instrument.risk))
    return [int(row) for row in risk_left_out(part.instrument, part.numbers, raw)["row"].unique()]


def known_of(forms: Sequence[tuple[int | None, str | None, date, str]]) -> DataFrame:
    """Give what `score` has to know about people from their year of birth, sex, day of the session, and who rated.

    Of a year of birth one of two ages is made: the one before this year's birthday, and the one after it.
    """
    high = [float("nan") if born is None else float(day.year - born) for born, _, day, _ in forms]
    return DataFrame(
        {
            "age_low": [max(age - 1, 0.0) for age in high],
            "age_high": high,
            "sex": [sex or "" for _, sex, _, _ in forms],
            "rater": [rater for *_, rater in forms],
        }
    )


def results(
    instrument: Instrument, numbers: DataFrame, *, totals: bool, rules: Rules | None, people: DataFrame | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Score a table of answers, or take totals as they are; give score and risk rows as the store wants them.

    `people` has the rows of `numbers` and says who is rated, as `score` takes it.
    """
    scores, risks = _results(instrument, numbers, totals=totals, rules=rules, people=people)
    return records(scores), records(risks)


def _results(
    instrument: Instrument, numbers: DataFrame, *, totals: bool, rules: Rules | None, people: DataFrame | None
) -> tuple[DataFrame, DataFrame]:
    frame = numbers.reset_index(drop=True)
    if totals:
        scores = entered(instrument, frame, people=people)
        return scores[scores["status"] != "unscorable"], risk(instrument, frame.iloc[:0])
    flagged = risk(instrument, frame).drop_duplicates(["row", "item"])
    return score(instrument, frame, rules, people=people), flagged
