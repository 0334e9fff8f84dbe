"""The ratings on their way in: the older ones as a file, the newer ones keyed from paper week by week."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final, Literal

from fit_toolkit.demo.folder import IMPORT
from fit_toolkit.demo.forms import Form
from fit_toolkit.engine import Workers
from fit_toolkit.errors import DataError
from fit_toolkit.intake.importing import run_import
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.read import fingerprint, read_table
from fit_toolkit.intake.records import Ask, Outcome
from fit_toolkit.model.parts import RawTable
from fit_toolkit.practice import Practice

CONTEXT: Final = ("client", "therapist", "date", "instrument")
ITEMS: Final = (*(f"q{number}" for number in range(1, 12)), "strain_note", "keep", "change")
KEYED_BY: Final = "linden"


def bring_in(practice: Practice, forms: Sequence[Form]) -> Outcome:
    """Write the older ratings to a file and import it, as `fit import` does."""
    file = practice.root / IMPORT
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text(_csv(forms), encoding="utf-8")
    readers = {kind: each.cls for kind, each in practice.registry.readers.items() if each.cls is not None}
    return _store(practice, read_table(file, readers), _ask(practice, "import", ""), file.name, fingerprint(file))


def key_in(practice: Practice, forms: Sequence[Form]) -> int:
    """Key a pile of paper, one pile for each language of the forms; return how many were stored."""
    count = 0
    for language, pile in groupby(sorted(forms, key=lambda form: form.language), key=lambda form: form.language):
        piled = list(pile)
        items = [id for id in ITEMS if any(id in form.answers for form in piled)]
        rows = [_row(form, items) for form in piled]
        table = RawTable(columns=(*CONTEXT, *items), rows=rows, lines=range(1, len(rows) + 1))
        count += _store(practice, table, _ask(practice, "enter", language), "the pile of paper", None).forms
    return count


def _store(practice: Practice, table: RawTable, ask: Ask, file: str, sha256: str | None) -> Outcome:
    mapping = Map(columns={name: name for name in table.columns})
    with Workers(practice.registry) as workers:
        outcome = run_import(
            practice.store, practice.catalog, table, mapping, ask, file=file, source_sha256=sha256, rules=workers.rules()
        )  # fmt: skip
    if outcome.problems:  # the generator and the instruments no longer fit together
        said = tuple(dict.fromkeys(f"{each.column}: {each.problem}" for each in outcome.problems))
        raise DataError(f"the demo's own ratings were refused: {said[0]}", findings=said)
    return outcome


def _ask(practice: Practice, kind: Literal["import", "enter"], language: str) -> Ask:
    mode: Literal["import", "paper"] = "import" if kind == "import" else "paper"
    return Ask(
        actor=KEYED_BY, today=practice.today(), now=practice.now(), kind=kind, mode=mode, language=language or None
    )


def _csv(forms: Iterable[Form]) -> str:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow((*CONTEXT, *ITEMS))
    writer.writerows(_row(form) for form in forms)
    return target.getvalue()


def _row(form: Form, items: Sequence[str] = ITEMS) -> list[str]:
    context = [form.client, form.therapist, form.on.isoformat(), form.instrument]
    return [*context, *(form.answers.get(id, "") for id in items)]
