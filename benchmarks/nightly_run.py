"""A nightly run over a store of 100,000 members x 8 sessions with 500 new ratings, beside one of 1,000 members.

`overdue` is on, and nothing else is due that night in either store: the cost has to follow what is new. Prints the
ratio of the runs' own time (imports, plugins, definitions and sending left out; bar: below 1.5), and where the time goes,
statement by statement. The stores are built once under --folder and used again; every night adds its 500 ratings.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fit_toolkit.alerts.deliver import deliver
from fit_toolkit.alerts.morning import Order, morning
from fit_toolkit.practice import Practice, open_practice, set_up

BAR = 1.5
LARGE, SMALL, SESSIONS, NEW = 100_000, 1_000, 8, 500
THERAPISTS = 30
INSTRUMENT = "today-together-client"
FIRST = date(2026, 1, 5)
LAST = FIRST + timedelta(weeks=SESSIONS - 1)
POLICIES = f"""
[[policies]]
id = "quiet"
kind = "overdue"
instrument = "{INSTRUMENT}"
days = 28

[[policies]]
id = "drop"
kind = "drop"
instrument = "{INSTRUMENT}"
points = 2.0

[[policies]]
id = "low"
kind = "cutoff"
instrument = "{INSTRUMENT}"
line = 5.0
operator = "<"
"""
ROWS = {
    "client": "(id, code, added_at) VALUES (?, ?, ?)",
    "episode": "(id, code, kind, opened_on) VALUES (?, ?, 'individual', ?)",
    "member": "(id, episode_id, client_id, joined_on) VALUES (?, ?, ?, ?)",
    "assignment": "(episode_id, staff_id, role, starts_on) VALUES (?, ?, 'therapist', ?)",
    "pair": "(id, member_id, staff_id) VALUES (?, ?, ?)",
}


class Clock:
    """Stands at a quarter past six of the night in question."""

    def __init__(self) -> None:
        self.night = LAST + timedelta(days=1)

    def __call__(self) -> datetime:
        """Give the instant."""
        return datetime.combine(self.night, datetime.min.time()) + timedelta(hours=6, minutes=15)


def built(folder: Path, members: int) -> Practice:
    """The practice with so many members, made where it is not there yet, and looked at once."""
    clock = Clock()
    if not (folder / "ready").exists():
        set_up(folder, policies=POLICIES, given={"safety.protocol": "ask", "safety.contact": "the duty phone"})
        settings = folder / "fit.toml"
        settings.write_text(settings.read_text().replace("[alerts]", '[alerts]\nchannels = ["file"]', 1))
        practice = open_practice(folder, clock=clock)
        with practice.store.read():
            pass
        fill(practice, members)
        began = time.perf_counter()
        outcome = morning(practice, Order(), lambda line: print(line, file=sys.stderr))
        print(
            f"{members:,} members: first run over everything {time.perf_counter() - began:.1f} s, exit {outcome.code}"
        )
        (folder / "ready").touch()
    return open_practice(folder, clock=clock)


def fill(practice: Practice, members: int) -> None:
    """People and their first sessions, straight into the tables."""
    chance = random.Random(1)
    with closing(sqlite3.connect(practice.root / "store.db")) as db, db:
        db.executemany(
            "INSERT INTO staff (id, code, role, starts_on) VALUES (?, ?, 'therapist', ?)",
            [(number, f"t{number}", str(FIRST)) for number in range(1, THERAPISTS + 1)],
        )
        everybody = range(1, members + 1)
        rows: dict[str, Iterator[tuple[Any, ...]]] = {
            "client": ((n, f"c{n}", f"{FIRST} 08:00:00.000000") for n in everybody),
            "episode": ((n, f"c{n}-1", str(FIRST)) for n in everybody),
            "member": ((n, n, n, str(FIRST)) for n in everybody),
            "assignment": ((n, n % THERAPISTS + 1, str(FIRST)) for n in everybody),
            "pair": ((n, n, n % THERAPISTS + 1) for n in everybody),
        }
        for table, these in rows.items():
            db.executemany(f"INSERT INTO {table} {ROWS[table]}", these)
    for week in range(SESSIONS):
        rate(practice, everybody, FIRST + timedelta(weeks=week), chance)


def rate(practice: Practice, members: Iterator[int] | range, day: date, chance: random.Random) -> None:
    """One rating of each of these members on a day, on the work list of the next run."""
    form = practice.catalog.get(INSTRUMENT)
    digest = practice.catalog.hash(INSTRUMENT)
    entered = f"{day} 18:00:00.000000"
    with closing(sqlite3.connect(practice.root / "store.db")) as db, db:
        (last,) = db.execute("SELECT coalesce(max(id), 0) FROM administration").fetchone()
        given, scores, touched = [], [], []
        for made, member in enumerate(members, start=last + 1):
            value = min(10.0, max(0.0, round(random.Random(member).gauss(8, 1) + chance.gauss(0, 0.8), 1)))
            numbers = json.dumps(dict.fromkeys((item.id for item in form.number_items), value))
            given.append(
                (made, made, member, member, INSTRUMENT, form.version, digest, str(day), numbers, numbers, entered)
            )
            scores.append((made, "total", round(value * 1_000_000)))
            touched.append((member, entered))
        db.executemany(
            "INSERT INTO administration (id, root_id, member_id, pair_id, instrument, version, definition_hash, rater,"
            " session_on, occasion, mode, raw, numbers, entered_by, entered_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'client', ?, 'end', 'paper', ?, ?, 'benchmark', ?)",
            given,
        )
        db.executemany(
            "INSERT INTO score (administration_id, scale, value_ticks, status, n_answered, n_items)"
            " VALUES (?, ?, ?, 'complete', 9, 9)",
            scores,
        )
        db.executemany("INSERT INTO touched (episode_id, why, at) VALUES (?, 'entry', ?)", touched)


@contextmanager
def watched(engine: sa.Engine, spent: dict[str, float]) -> Iterator[None]:
    """Add up by statement how long the database took to begin its answer."""

    def before(c: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:  # noqa: ARG001, FBT001
        c.info["began"] = time.perf_counter()

    def after(c: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:  # noqa: ARG001, FBT001
        text = " ".join(statement.split())
        key = text if len(text) < 110 else f"{text[:40]} ... {text[-66:]}"
        spent[key] = spent.get(key, 0) + time.perf_counter() - c.info["began"]

    sa.event.listen(engine, "before_cursor_execute", before)
    sa.event.listen(engine, "after_cursor_execute", after)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", before)
        sa.event.remove(engine, "after_cursor_execute", after)


def night(practice: Practice, members: int, spent: dict[str, float]) -> float:
    """Add the ratings of one more day and give how long the run takes that finds them."""
    clock = practice.clock
    assert isinstance(clock, Clock)
    marker = practice.root / "nights"
    nights = int(marker.read_text()) if marker.exists() else 0
    marker.write_text(str(nights + 1))
    clock.night = LAST + timedelta(days=nights + 2)
    begin = nights * NEW % members
    rate(practice, range(begin + 1, begin + NEW + 1), clock.night - timedelta(days=1), random.Random(nights))
    practice.registry, practice.catalog  # noqa: B018 - opened before the clock runs
    with watched(practice.store.engine, spent):
        began = time.perf_counter()
        outcome = morning(practice, Order(deliver=False), lambda line: print(line, file=sys.stderr))
        took = time.perf_counter() - began
    deliver(practice, now=practice.now())  # a message costs what its channel costs, in a large store as in a small one
    assert outcome.result is not None
    assert outcome.result.episodes == NEW, outcome.result.counts
    return took


def main() -> int:
    """Build, run some nights in turn, print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "fit-nightly-run")
    parser.add_argument("--members", type=int, default=LARGE)
    parser.add_argument("--nights", type=int, default=5)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    sizes = (SMALL, options.members)
    practices = {size: built(options.folder / f"of-{size}", size) for size in sizes}
    took: dict[int, list[float]] = {size: [] for size in sizes}
    spent: dict[int, dict[str, float]] = {size: {} for size in sizes}
    for _ in range(options.nights):
        for size in sizes:
            took[size].append(night(practices[size], size, spent[size]))
    for size in sizes:
        total = sum(took[size])
        print(f"{size:,} members: median {statistics.median(took[size]) * 1000:.0f} ms of {options.nights} nights")
        for text, seconds in sorted(spent[size].items(), key=lambda each: -each[1])[:8]:
            print(f"  {100 * seconds / total:4.1f} %  {seconds / options.nights * 1000:6.1f} ms  {text}")
    ratio = statistics.median(took[options.members]) / statistics.median(took[SMALL])
    print(f"ratio {ratio:.2f} (bar: below {BAR})")
    return int(ratio >= BAR)


if __name__ == "__main__":
    sys.exit(main())
