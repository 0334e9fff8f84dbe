"""Work as it comes in over some days, in steps of which each may be done again: for kills at any time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from tests.clinic import ARRIVING, TODAY
from tests.faults.dump import rows
from tests.faults.warm import Warm

CLIENTS = ("c1", "c2", "c3", "c4", "c5", "c6")
STEPS_A_DAY = 7
Step = Callable[[Warm, Path, datetime], int]


def time_of(start: datetime, number: int) -> datetime:
    """When a step is done: a day a round, ten minutes a step."""
    return start + timedelta(days=number // STEPS_A_DAY, minutes=10 * (number % STEPS_A_DAY))


def do(warm: Warm, folder: Path, number: int, start: datetime) -> int:
    """Do step `number`, or find that it was done; return its exit code."""
    now = time_of(start, number)
    kind = (_import, _enter, _run, _ack, _correct, _move, _run_and_send)[number % STEPS_A_DAY]
    return kind(warm, folder, now)


def _day(now: datetime) -> str:
    return f"{now:%Y-%m-%d}"


def _value(now: datetime, client: str) -> int:
    """An answer that goes up and down from day to day, differently for each client."""
    return (now.toordinal() * (3 + CLIENTS.index(client)) + 5 * CLIENTS.index(client)) % 9 + 1


def _import(warm: Warm, folder: Path, now: datetime) -> int:
    file = folder.parent / f"{_day(now)}.csv"
    lines = ["client,date," + ",".join(f"q{n}" for n in range(1, 11))]
    lines += [f"{client},{_day(now)}" + f",{_value(now, client)}" * 10 for client in CLIENTS]
    file.write_text("\n".join(lines) + "\n")
    return warm.fit(folder, "import", str(file), "--instrument", TODAY, now=now)


def _enter(warm: Warm, folder: Path, now: datetime) -> int:
    client = CLIENTS[now.toordinal() % len(CLIENTS)]
    flagged = 1 + now.toordinal() % 2
    answers = f"{_value(now, client)} " * 6 + str(flagged)
    return warm.fit(folder, "enter", client, ARRIVING, "--date", _day(now), "--answers", answers, now=now)


def _run(warm: Warm, folder: Path, now: datetime) -> int:
    return warm.fit(folder, "alerts", "run", "--no-deliver", now=now)


def _run_and_send(warm: Warm, folder: Path, now: datetime) -> int:
    return warm.fit(folder, "alerts", "run", now=now)


def _ack(warm: Warm, folder: Path, now: datetime) -> int:
    """The oldest alert that was open before today and that nobody has ticked off today."""
    ready = rows(folder, "SELECT min(id) FROM alert WHERE state = 'open'")[0][0]
    at = f"{now:%Y-%m-%d %H:%M}"
    done = rows(folder, f"SELECT id FROM alert_event WHERE actor = 'anna' AND at LIKE '{at}%'")
    if ready is None or done:
        return 0
    return warm.fit(folder, "alerts", "ack", str(ready), "--action", "changed something", "--by", "anna", now=now)


def _correct(warm: Warm, folder: Path, now: datetime) -> int:
    """A rating of today turns out to have been misread."""
    client = CLIENTS[(now.toordinal() + 1) % len(CLIENTS)]
    answers = " ".join([str(10 - _value(now, client))] * 10)
    return warm.fit(
        folder, "enter", client, TODAY, "--date", _day(now), "--answers", answers, "--correct", "--reason", "misread", now=now
    )  # fmt: skip


def _move(warm: Warm, folder: Path, now: datetime) -> int:
    """The arriving form of today was another client's: it is moved, unless that is done."""
    form = rows(
        folder,
        f"SELECT id FROM administration WHERE instrument = '{ARRIVING}' AND session_on = '{_day(now)}' "
        "AND state = 'valid' AND change_reason IS NULL AND batch_id IS NOT NULL ORDER BY id",
    )
    moved = rows(folder, f"SELECT id FROM administration WHERE changed_at LIKE '{now:%Y-%m-%d %H:%M}%'")
    if not form or moved:
        return 0
    other = CLIENTS[(now.toordinal() + 3) % len(CLIENTS)]
    return warm.fit(folder, "move", str(form[0][0]), other, "--reason", "was another one's", now=now)
