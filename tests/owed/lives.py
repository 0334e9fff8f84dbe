"""A clinic with one client about whom everything there can be is held, alone and in a couple; for tests of what is owed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fit_toolkit.alerts.run import run_alerts
from fit_toolkit.cli import run
from fit_toolkit.model.records import Change
from fit_toolkit.practice import Practice
from fit_toolkit.store import diary, outbox, people, ratings
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import use
from tests.clinic import POLICIES, START, Clinic

CODE = "canary-77"
SAID = "greenfinch"  # a word in everything that is typed about the client
OTHER = "spouse-78"
THIRD = "third-79"
DAY = 40


def clinic_of(folder: Path) -> Clinic:
    """One client alone and in a couple; another who is only beside them; a form of the client keyed to a third at first."""
    clinic = Clinic(folder / "practice", policies=POLICIES, day=DAY)
    use(clinic, alerts__channels=["file", "email"], mail__include_codes=True)
    clinic.open(CODE)
    clinic.open(THIRD)
    for week in range(5):
        clinic.rate(CODE, 7 * week, 8 - week)
        clinic.rate(THIRD, 7 * week, 8 - week)
    clinic.rate(CODE, 28, 3)  # a correction
    clinic.rate(CODE, 21, 3, instrument="arriving-today", q7=2)
    _mistakes(clinic)
    _couple(clinic)
    run_alerts(clinic.practice)
    _acted(clinic)
    _sent(clinic)
    _sheets(clinic)
    return clinic


def _couple(clinic: Clinic) -> None:
    with clinic.practice.store.begin() as c:
        people.add_client(c, OTHER, at=clinic.clock())
        people.open_episode(c, [CODE, OTHER], therapist="ben", opened_on=START + timedelta(days=7), kind="couple")
        for week in (2, 3):
            diary.add_appointment(c, f"{CODE}-2", on=START + timedelta(days=7 * week))
        diary.add_appointment(c, f"{CODE}-1", on=START + timedelta(days=DAY), time=clinic.clock())
        diary.add_appointment(c, f"{THIRD}-1", on=START + timedelta(days=DAY), time=clinic.clock())
        diary.add_pause(
            c, f"{CODE}-1", starts_on=START + timedelta(days=50), ends_on=START + timedelta(days=55), reason=SAID
        )
        (found,) = people.find_open_episodes(c, OTHER, START + timedelta(days=14))
        _rate_in(clinic, c, found.member_id, 14, 5)
        mine = next(
            each
            for each in people.find_open_episodes(c, CODE, START + timedelta(days=14))
            if each.episode.endswith("-2")
        )
        _rate_in(clinic, c, mine.member_id, 14, 2)
        people.add_staff(c, "sue", role="supervisor", starts_on=START)
        people.assign(c, f"{CODE}-1", "sue", role="supervisor", on=START)


def _rate_in(clinic: Clinic, c: sa.Connection, member: int, day: int, value: float) -> int:
    """One form in the couple's episode, with a text beside its answers."""
    import pandas as pd

    from fit_toolkit import scoring
    from fit_toolkit.model.records import NewAdministration

    form = clinic.practice.catalog.get("today-together-client")
    numbers: dict[str, float | None] = {item.id: value for item in form.number_items if item.scored}
    row = NewAdministration(
        member_id=member, instrument=form.id, version=form.version, definition_hash=clinic.practice.catalog.hash(form.id),
        rater="client", session_on=START + timedelta(days=day), occasion=form.usual_occasion, mode="paper",
        raw={name: str(number) for name, number in numbers.items()}, numbers=numbers, texts={"remark": f"{SAID} {member}"},
        entered_by="test", entered_at=clinic.clock(),
    )  # fmt: skip
    scores = scoring.score(form, pd.DataFrame([numbers])).to_dict("records")
    return ratings.add_administrations(c, [row], scores, [], at=clinic.clock())[0]


def _mistakes(clinic: Clinic) -> None:
    """A form that was voided, and one keyed to the third client and moved to this one."""
    voided = clinic.rate(CODE, 35, 1)
    astray = clinic.rate(THIRD, 36, 9.5)
    with clinic.practice.store.begin() as c:
        change = Change(reason=SAID, by="test", at=clinic.clock())
        ratings.void(c, voided, change)
        (found,) = people.find_open_episodes(c, CODE, START + timedelta(days=36))
        ratings.move(c, astray, found.member_id, change)


def _acted(clinic: Clinic) -> None:
    """Notes about the client's alerts, and one about the third's that names the client."""
    for alert in clinic.alerts():
        note = f"{SAID}: a note" if alert["client"] == CODE else f"the same as with {CODE}, see there"
        assert (
            run(
                [
                    "--practice",
                    str(clinic.root),
                    "alerts",
                    "ack",
                    str(alert["id"]),
                    "--action",
                    "talked about it",
                    "--note",
                    note,
                ],
                clock=clinic.clock,
            )
            == 0
        )


def _sent(clinic: Clinic) -> None:
    """Messages of both channels as they went out, those of mail with codes; the file as its channel writes it."""
    lines: list[dict[str, Any]] = []
    with clinic.practice.store.begin() as c:
        for row in outbox.list_messages(c):
            outbox.claim(c, "test", now=clinic.clock() + timedelta(days=1))
            outbox.record_attempt(c, row["id"], outbox.Attempt("sent", "sent", clinic.clock()))
            lines.append(
                {
                    "key": row["key"],
                    "recipient": "anna",
                    "severity": row["severity"],
                    "subject": row["subject"],
                    "body": row["body"],
                }
            )
    folder = clinic.root / "messages"
    folder.mkdir(mode=0o700)
    (folder / "messages.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def _sheets(clinic: Clinic) -> None:
    where = ("--practice", str(clinic.root))
    day = (START + timedelta(days=DAY)).isoformat()
    made = run(
        [*where, "sheets", "--date", day, "--format", "html", "-o", str(clinic.root / "sheets")], clock=clinic.clock
    )
    assert made in {0, 4}
    run([*where, "sheet", THIRD, "-o", str(clinic.root / "sheets" / "single.html")], clock=clinic.clock)
    run([*where, "sheet", CODE, "-o", str(clinic.root / "alone.html"), "--episode", f"{CODE}-1"], clock=clinic.clock)


def everything(root: Path) -> dict[str, bytes]:
    """Every file of a folder by its path in it."""
    return {str(file.relative_to(root)): file.read_bytes() for file in sorted(root.rglob("*")) if file.is_file()}


def count_of(practice: Practice, table: sa.Table) -> int:
    """How many rows a table has."""
    with practice.store.read() as c:
        return c.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


ALL = tuple(s.metadata.sorted_tables)
AT = datetime(2026, 1, 1)  # noqa: DTZ001 - as the store keeps it
