"""1,000,000 answers from a CSV file into the store: `python benchmarks/import_answers.py`.

One answer a row (the bar), and the same answers with a form a row. Beside it, in turn and each in a process of its own,
what nobody can do without: `pandas.read_csv(dtype=str)` and a bare `executemany` of the rows it gives, in one
transaction. Two ways of handing the rows over are shown: `itertuples`, as one would write it, which the bar is about,
and column by column, the quickest there is (`lean`). Processor time is compared, best of several runs, as other work on the machine changes the time on the
clock. Bars: below 2.5 times; for ten times the rows, peak memory below 1.2 times.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

ANSWERS, ROUNDS = 1_000_000, 5
BAR, MEMORY_BAR = 2.5, 1.2
ITEMS, SESSIONS = 9, 12
FIRST = date(2025, 1, 6)


def write_file(path: Path, answers: int, kind: str) -> None:
    """Write PHQ-9 answers of clients with twelve sessions each; `by-item` lists all first answers, then all second."""
    chance = random.Random(20261123)
    forms = answers // ITEMS
    days = [FIRST + timedelta(weeks=week) for week in range(SESSIONS)]
    heads = [f"c{form // SESSIONS:06d},{days[form % SESSIONS]}" for form in range(forms)]
    names = [f"q{number}" for number in range(1, ITEMS + 1)]
    with path.open("w", encoding="utf-8") as file:
        if kind == "wide":
            file.write(f"client,date,{','.join(names)}\n")
            file.writelines(f"{head},{','.join(chance.choices('0123', k=ITEMS))}\n" for head in heads)
            return
        file.write("client,date,item,value\n")
        if kind == "by-item":
            file.writelines(f"{head},{name},{chance.choice('0123')}\n" for name in names for head in heads)
            return
        for head in heads:
            drawn = zip(names, chance.choices("0123", k=ITEMS), strict=True)
            file.writelines(f"{head},{name},{answer}\n" for name, answer in drawn)


def bare(path: Path, folder: Path, *, lean: bool) -> Callable[[], int]:
    """Read with pandas and insert the rows in a table without anything."""
    import pandas as pd

    def work() -> int:
        table = pd.read_csv(path, dtype=str)
        columns = list(table.columns)
        with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as db:
            db.execute(f"CREATE TABLE answer (id INTEGER PRIMARY KEY, {', '.join(f'{name} TEXT' for name in columns)})")
            db.execute("BEGIN IMMEDIATE")
            marks = ", ".join("?" * len(columns))
            by_column = zip(*(table[name].tolist() for name in columns), strict=True)
            rows = by_column if lean else table.itertuples(index=False, name=None)
            db.executemany(f"INSERT INTO answer ({', '.join(columns)}) VALUES ({marks})", rows)
            db.execute("COMMIT")
        return len(table)

    return work


def ours(path: Path, folder: Path, *, known: bool) -> Callable[[], int]:
    """Import as `fit import` does: everything checked, scored and stored, for clients who are `known` or new."""
    import importlib

    from fit_toolkit.catalog import build, bundled
    from fit_toolkit.intake.columns import as_map, names_instruments, propose
    from fit_toolkit.intake.importing import run_import
    from fit_toolkit.intake.mapping import Map
    from fit_toolkit.intake.read import read_source
    from fit_toolkit.intake.records import Ask
    from fit_toolkit.store import admit, create_store, people

    store, catalog = create_store(folder / "store.db"), build([bundled()])
    readers = {"csv": importlib.import_module("fit_toolkit.plugins.csv_reader").CsvReader}
    catalog.get("phq-9")
    now = datetime(2026, 11, 1, tzinfo=UTC)
    with store.begin() as c:
        people.add_staff(c, "t1", starts_on=FIRST)
        if known:
            with path.open(encoding="utf-8") as file:
                clients = sorted({line.split(",", 1)[0] for line in file} - {"client"})
            admit.add_clients(c, clients, at=now)
            admit.open_episodes(c, [admit.Opening(client, FIRST, 1) for client in clients], at=now)
    ask = Ask(actor="benchmark", today=now.date(), now=now, open_episodes=not known)

    def work() -> int:
        base = Map(instrument="phq-9")
        source = read_source(path, readers, ids=catalog, names=partial(names_instruments, base=base), folder=folder)
        mapping = as_map(propose(source.sample, base, catalog), base)
        return run_import(store, catalog, source, mapping, ask, file=path.name).accepted

    return work


def measured(work: Callable[[], int]) -> dict[str, float]:
    """Do it once; what it took of the clock and of the processor, and the most memory this process ever had."""
    clock, busy = time.perf_counter(), time.process_time()
    rows = work()
    took = {"clock": time.perf_counter() - clock, "busy": time.process_time() - busy, "rows": rows}
    return took | {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def alone(what: str, path: Path) -> dict[str, Any]:
    """Measure one way in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--one", what, str(path)], check=True, capture_output=True)
    return dict(json.loads(done.stdout))


def compared(path: Path, ways: tuple[str, ...], rounds: int) -> dict[str, dict[str, float]]:
    """Measure several ways in turn and keep the best of each."""
    runs = [{way: alone(way, path) for way in ways} for _ in range(rounds)]
    return {way: {each: min(run[way][each] for run in runs) for each in runs[0][way]} for way in ways}


def main() -> int:
    """Measure; 1 when above a bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--answers", type=int, default=ANSWERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fit-bench-") as name:
        folder = Path(name)
        if asked.one:
            what, path = asked.one[0], Path(asked.one[1])
            work = (
                bare(path, folder, lean=what == "lean")
                if what in {"bare", "lean"}
                else ours(path, folder, known=what == "known")
            )
            print(json.dumps(measured(work)))
            return 0
        missed = False
        for kind, judged in (("long", True), ("by-item", False), ("wide", False)):
            path = folder / f"{kind}.csv"
            write_file(path, asked.answers, kind)
            best = compared(
                path, ("bare", "lean", "known", "new") if judged else ("bare", "lean", "known"), asked.rounds
            )
            for way in (each for each in best if each in {"known", "new"}):
                ratio = best[way]["busy"] / best["bare"]["busy"]
                missed |= judged and way == "known" and ratio >= BAR
                print(
                    f"{best[way]['rows']:,.0f} rows {kind}, clients {way}: {best[way]['busy']:.2f} s of processor time"
                    f" ({best[way]['clock']:.1f} s on the clock, {best[way]['memory']:.0f} MB); bare"
                    f" {best['bare']['busy']:.2f} s: {ratio:.2f} times"
                    + (f" (bar {BAR})" if judged else "")
                    + f"; lean {best['lean']['busy']:.2f} s: {best[way]['busy'] / best['lean']['busy']:.2f} times"
                )
            path.unlink()
        peaks = []
        for answers in (asked.answers, 10 * asked.answers):
            path = folder / "long.csv"
            write_file(path, answers, "long")
            took = alone("known", path)
            peaks.append(took["memory"])
            print(f"{took['rows']:,.0f} rows long: {took['clock']:.0f} s, at most {took['memory']:.0f} MB")
        growth = peaks[1] / peaks[0]
        print(f"ten times the rows: {growth:.2f} times the memory (bar {MEMORY_BAR})")
        return int(missed or growth >= MEMORY_BAR)


if __name__ == "__main__":
    sys.exit(main())
