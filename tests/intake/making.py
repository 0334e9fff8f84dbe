"""A small clinic for tests of intake, and the shortest way to import a text."""

from __future__ import annotations

import importlib
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fit_toolkit.catalog import Catalog, build, bundled
from fit_toolkit.intake.columns import as_map, propose
from fit_toolkit.intake.importing import run_import
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.read import read_table
from fit_toolkit.intake.records import Ask, Outcome
from fit_toolkit.model.parts import RawTable
from fit_toolkit.model.records import Administration
from fit_toolkit.store import Store, create_store, open_store, people, ratings

TODAY = date(2026, 3, 12)
NOW = datetime.fromisoformat("2026-03-12T11:00")
READERS = {"csv": importlib.import_module("fit_toolkit.plugins.csv_reader").CsvReader}
NINE = ",".join(f"q{number}" for number in range(1, 10))
CATALOG = build([bundled()])
HEAD = f"client,date,{NINE}\n"


def nine(answer: int = 1, last: int = 0) -> str:
    """Nine answers, as a line of a file has them."""
    return ",".join([*[str(answer)] * 8, str(last)])


def table_of(folder: Path, text: str | bytes, name: str = "answers.csv") -> RawTable:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_table(path, READERS)


@dataclass(frozen=True)
class Clinic:
    """A store with people in it, the bundled instruments, and a folder for files."""

    store: Store
    catalog: Catalog
    folder: Path

    def add(self, text: str | bytes, mapping: Map | None = None, **ask: Any) -> Outcome:
        """Import a text; keywords are those of Ask, `instrument` is phq-9 unless the map or the text says otherwise."""
        table = table_of(self.folder, text)
        said = {name: str(ask.pop(name)) for name in ("start", "every", "date_format", "decimal") if name in ask}
        base = mapping or Map(instrument=ask.pop("instrument", "phq-9"), **said)  # type: ignore[arg-type]
        if mapping is None:
            found = propose(table, base, self.catalog)
            base = as_map([each for each in found if each.how == "exact"], base)
        wish = Ask(**{"actor": "anna", "today": TODAY, "now": NOW, **ask})
        return run_import(self.store, self.catalog, table, base, wish, file="answers.csv")

    def valid(self, client: str) -> list[Administration]:
        """Give a client's valid forms, oldest first."""
        with self.store.read() as c:
            return ratings.history(c, [each.member_id for each in people.candidates(c, [client])[client]])

    def everything(self) -> list[Any]:
        """Give all that is valid, in a form that two stores can be compared by."""
        with self.store.read() as c:
            members = {member.id: member.client for member in people.list_members(c)}
            return sorted(
                (members[form.member_id], form.instrument, form.rater, str(form.session_on), form.occasion,
                 tuple(sorted((k, v) for k, v in form.numbers.items() if v is not None)),
                 tuple(sorted((s.scale, s.value_ticks or -1, s.status) for s in form.scores)),
                 tuple(risk.item for risk in form.risks))
                for form in ratings.history(c, list(members))
            )  # fmt: skip


def copy_clinic(template: Path, folder: Path) -> Clinic:
    """Give a fresh copy of the clinic that `make_clinic` made in another folder."""
    shutil.copy(template / "store.db", folder / "store.db")
    return Clinic(open_store(folder / "store.db"), CATALOG, folder)


def make_clinic(folder: Path) -> Clinic:
    """Two therapists; A, B and C in episodes since January, D known without one, E and F a couple, and F alone too."""
    store = create_store(folder / "store.db")
    with store.begin() as c:
        for code in ("T1", "T2"):
            people.add_staff(c, code, starts_on=date(2020, 1, 1))
        for code in "ABCDEF":
            people.add_client(c, code, at=NOW)
        for code in "ABCF":
            people.open_episode(c, [code], therapist="T1", opened_on=date(2026, 1, 1), at=NOW)
        people.open_episode(c, ["E", "F"], therapist="T2", opened_on=date(2026, 1, 1), code="EF", at=NOW)
    return Clinic(store, CATALOG, folder)
