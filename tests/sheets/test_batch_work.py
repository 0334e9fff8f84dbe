"""Sheets in processes of their own: one that dies, hangs or raises costs only itself."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fit_toolkit.sheets import batch_work
from fit_toolkit.sheets.batch_work import Done, Failed, Job, Shared, in_processes, in_turn, workers
from fit_toolkit.sheets.look import PLAIN
from tests.sheets import examples
from tests.sheets.batch_faults import work


def shared(folder: Path) -> Shared:
    return Shared(root=folder, look=PLAIN, folders=(), fmt="html", seconds=1.5)


def job(ticket: int, page: str) -> Job:
    return Job(ticket=ticket, page=page, sheet=examples.improving())


def test_a_process_that_makes_sheets_loads_nothing_of_the_store_or_of_statistics() -> None:
    heavy = "{'sqlalchemy', 'sqlite3', 'numpy', 'pandas', 'fit_toolkit.store', 'fit_toolkit.catalog'}"
    asked = f"import sys, fit_toolkit.sheets.batch_work; print(*sorted({heavy} & sys.modules.keys()))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True)
    assert told.stdout.split() == []


@pytest.mark.skipif(os.name != "posix", reason="kills a process the POSIX way")
def test_the_sheet_whose_process_dies_or_hangs_is_named_and_all_others_are_made(tmp_path: Path) -> None:
    pages = ["fine", "fine", "fine", "die", "hang", "fine"]
    came = {each.ticket: done for each, done in in_processes(map(job, range(6), pages), shared(tmp_path), 1, work)}
    assert sorted(came) == list(range(6))
    assert [ticket for ticket in came if isinstance(came[ticket], Failed)] == [3, 4]
    assert came[3] == Failed("its process ended, or took longer than 1.5 s")
    done = came[0]
    assert isinstance(done, Done)
    assert str(os.getpid()) not in done.html.decode()


def test_when_somebody_interrupts_nobody_waits_for_what_is_under_way(tmp_path: Path) -> None:
    made = in_processes(map(job, range(3), ["fine", "late", "late"]), replace(shared(tmp_path), seconds=60), 1, work)
    first, _ = next(made)
    assert first.page == "fine"
    with pytest.raises(KeyboardInterrupt):
        made.throw(KeyboardInterrupt)  # type: ignore[attr-defined]
    assert not (tmp_path / "late").exists()


def test_what_a_sheet_raises_is_told_without_its_message(tmp_path: Path) -> None:
    ((_, first), (_, second)) = in_turn([job(0, "raise"), job(1, "fine")], shared(tmp_path), work)
    assert first == Failed("unexpected error: ValueError")
    assert isinstance(second, Done)


def test_a_batch_starts_no_more_processes_than_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_work, "_processors", lambda: 8)
    assert [workers(0, n) for n in (0, 1, 4, 5, 12, 200)] == [0, 1, 1, 2, 3, 8]
    assert workers(2, 200) == 2


def test_a_pdf_that_is_made_from_the_same_page_is_not_made_again(tmp_path: Path) -> None:
    kit = Shared(root=tmp_path, look=PLAIN, folders=(), fmt="both")
    sheet = examples.improving()
    first = batch_work.make(kit, Job(ticket=0, page="client", sheet=sheet))
    again = batch_work.make(kit, Job(ticket=0, page="client", sheet=sheet, known=first.key))
    assert first.pdf.startswith(b"%PDF")
    assert again.pdf == b""
    assert again.html == first.html
    other = examples.falling()
    assert batch_work.make(kit, Job(ticket=0, page="client", sheet=other, known=first.key)).key != first.key
