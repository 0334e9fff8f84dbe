"""A small practice with something of everything in it, and the commands that are cut off in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from fit_toolkit.cli import run
from fit_toolkit.store import sqlite
from tests.alerts.outgoing import CARE, DROP, LOW, clinic_with
from tests.clinic import ARRIVING, TODAY, Clinic
from tests.faults.dump import rows
from tests.store.test_migrating import _first_version as make_first_version

CHANNEL = "file"
LATER = timedelta(hours=1)  # longer than the lease of a message whose sender died


NEW = "client,therapist,date," + ",".join(f"q{n}" for n in range(1, 11)) + "\n"
for who, with_whom, day, value in (
    ("c1", "anna", "2026-01-27", 2),
    ("c5", "ben", "2026-01-27", 9),
    ("c9", "ben", "2026-01-20", 8),  # nobody knows them yet
    ("c9", "ben", "2026-01-27", 3),
    ("c1", "anna", "2026-01-12", 7),  # had been 8
):
    NEW += f"{who},{with_whom},{day}" + f",{value}" * 10 + "\n"


def lived_in(folder: Path) -> Clinic:
    """A practice on its day 23, a week after its last run: something is new, worse, better, corrected or waits."""
    clinic = clinic_with(folder, policies=LOW + DROP + CARE, day=15)
    settings = clinic.root / "fit.toml"
    settings.write_text(settings.read_text().replace("[alerts]\n", f'[alerts]\nchannels = ["{CHANNEL}"]\n', 1))
    for client in ("c1", "c2", "c3", "c4", "c6"):
        clinic.open(client)
    clinic.open("c5", therapist="ben")
    for client in ("c1", "c2", "c3", "c4", "c5", "c6"):
        clinic.rate(client, 0, 8)
        clinic.rate(client, 7, 8)
        clinic.rate(client, 14, 8 if client in {"c3", "c4"} else 3)
    clinic.rate("c3", 14, 6, instrument=ARRIVING, q7=2)
    done(clinic, "alerts", "run")
    second = next(row["id"] for row in clinic.alerts() if row["client"] == "c2" and row["policy"] == "low")
    done(clinic, "alerts", "ack", str(second), "--action", "changed something", "--by", "anna")
    clinic.day = 23
    clinic.rate("c1", 21, 8)  # is better
    clinic.rate("c5", 21, 8)  # the only one of ben's
    clinic.rate("c2", 14, 8)  # had been misread
    clinic.rate("c4", 21, 3)  # is new
    clinic.rate("c3", 21, 6, instrument=ARRIVING, q7=3)  # is worse; and c6 was left as it was
    clinic.practice.store.close()
    (folder / "new.csv").write_text(NEW)
    return clinic


def done(clinic: Clinic, *arguments: str) -> None:
    """Run a command that has to go well."""
    clinic.practice.store.close()
    assert run(["--practice", str(clinic.root), *arguments], clock=clinic.clock) == 0


Fit = Callable[..., int]  # (folder, *arguments, now=...) -> exit code


@dataclass(frozen=True)
class Scenario:
    """One command: what has to be there before, its words, and what somebody does who finds that it was cut off."""

    name: str
    words: Callable[[Path], tuple[str, ...]]
    before: tuple[tuple[str, ...], ...] = ()
    prepare: Callable[[Path], None] | None = None
    codes: tuple[int, ...] = (0,)
    sends: bool = False
    again: Callable[[Fit, Path, datetime], int] | None = None

    def start(self, fit: Fit, folder: Path, now: datetime) -> int:
        """Do it."""
        return fit(folder, *self.words(folder), now=now)

    def redo(self, fit: Fit, folder: Path, now: datetime) -> int:
        """Do it again after it was cut off."""
        if self.again is not None:
            return self.again(fit, folder, now)
        return fit(folder, *self.words(folder), now=now)


def _alerts(folder: Path, *states: str) -> list[str]:
    return [str(id) for id, state in rows(folder, "SELECT id, state FROM alert ORDER BY id") if state in states]


def _ack(folder: Path) -> tuple[str, ...]:
    return ("alerts", "ack", *_alerts(folder, "open"), "--action", "changed something", "--by", "anna")


def _ack_what_is_left(fit: Fit, folder: Path, now: datetime) -> int:
    return fit(folder, *_ack(folder), now=now) if _alerts(folder, "open") else 0


def _moved(folder: Path) -> str:
    query = (
        "SELECT min(a.id) FROM administration a JOIN member m ON m.id = a.member_id JOIN client k ON k.id = m.client_id "
        "WHERE k.code = 'c4' AND a.session_on = '2026-01-26'"
    )
    return str(rows(folder, query)[0][0])


def _misread(folder: Path) -> str:
    """The newest form of c2, which stands and may be taken back."""
    query = (
        "SELECT max(a.id) FROM administration a JOIN member m ON m.id = a.member_id JOIN client k ON k.id = m.client_id "
        "WHERE k.code = 'c2'"
    )
    return str(rows(folder, query)[0][0])


def _later(fit: Fit, folder: Path, now: datetime) -> int:
    return fit(folder, "alerts", "deliver", now=now + LATER)


def _run_and_later(fit: Fit, folder: Path, now: datetime) -> int:
    code = fit(folder, "alerts", "run", now=now)
    return code or _later(fit, folder, now)


def _first_version(folder: Path) -> None:
    """Put a store of the first version in the place of this practice's."""
    (folder / "messages" / "messages.jsonl").unlink()
    (folder / "store.db").unlink()
    sqlite.create_file(folder / "store.db")
    make_first_version(sqlite.make_engine(folder / "store.db").execution_options(**{sqlite.WRITE: True}))
    with closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as c:
        for statement in (
            "DELETE FROM outbox",
            "DELETE FROM alert WHERE id NOT IN (SELECT alert_id FROM alert_event)",
            "UPDATE alert SET cause = 'new', seen = '{\"day\": 20524, \"roots\": []}'",
        ):
            c.execute(statement)


SCENARIOS = {
    each.name: each
    for each in (
        Scenario("import", lambda folder: (
            "import", str(folder.parent / "new.csv"), "--instrument", TODAY, "--open-episodes", "--correct",
            "--reason", "misread")),
        Scenario("enter", lambda folder: (
            "enter", "c6", ARRIVING, "--date", "2026-01-28", "--answers", "8 8 8 8 8 8 2")),
        Scenario("run", lambda folder: ("alerts", "run", "--no-deliver")),
        Scenario("run and send", lambda folder: ("alerts", "run"), sends=True, again=_run_and_later),
        Scenario("ack", _ack, again=_ack_what_is_left),
        Scenario("move", lambda folder: (
            "move", _moved(folder), "c6", "--reason", "was the other one's"), codes=(0, 3)),
        Scenario("correct", lambda folder: (
            "enter", "c6", TODAY, "--date", "2026-01-19", "--answers", "7 " * 10, "--correct", "--reason", "misread")),
        Scenario("void", lambda folder: ("void", _misread(folder), "--reason", "not theirs"), codes=(0, 3)),
        Scenario("undo", lambda folder: (
            "import", "undo", str(rows(folder, "SELECT max(id) FROM batch")[0][0]), "--reason", "the wrong file"), codes=(0, 3),
            before=(("import", "{folder}/new.csv", "--instrument", TODAY, "--open-episodes", "--correct", "--reason", "misread"),)),
        Scenario("deliver", lambda folder: ("alerts", "deliver"), before=(("alerts", "run", "--no-deliver"),), sends=True, again=_later),
        Scenario("upgrade", lambda folder: ("clients", "list"), prepare=_first_version),
    )
}  # fmt: skip
