"""Scoring 100,000 administrations of a 9-item instrument against a plain loop over rows: `python benchmarks/scoring.py`."""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np
from pandas import DataFrame

from fit_toolkit import catalog, scoring
from fit_toolkit.model import Instrument

ROWS = 100_000
ROUNDS = 15
BAR = 40.0

Row = dict[str, float | None]
Result = dict[str, Any]


def plain(instrument: Instrument, rows: list[Row]) -> list[Result]:
    """Score row by row, the way one would write it down."""
    scale = instrument.scale("total")
    items = [instrument.item(id) for id in scale.items]
    permitted = {item.id: set(item.values()) for item in items}
    size, needed = len(items), scale.min_answered
    results: list[Result] = []
    for number, row in enumerate(rows):
        answered, total, forbidden = 0, 0.0, False
        for item in items:
            answer = row[item.id]
            if answer is None:
                continue
            forbidden = forbidden or answer not in permitted[item.id]
            answered += 1
            total += item.minimum + item.maximum - answer if item.id in scale.reverse else answer
        value, reason, band = None, "", ""
        if forbidden:
            status, reason = "unscorable", "an answer is outside the permitted range"
        elif answered < needed:
            status, reason = "unscorable", f"{answered} answered, {needed} needed"
        else:
            value = round(total * size / answered, 6)
            status = "complete" if answered == size else "prorated"
            reason = "" if answered == size else f"{answered} of {size} answered"
            band = scale.band(value)
        results.append(
            {
                "row": number,
                "scale": scale.id,
                "value": value,
                "value_ticks": None if value is None else round(value * 1_000_000),
                "status": status,
                "reason": reason,
                "n_answered": answered,
                "n_items": size,
                "band": band,
            }
        )
    return results


def made_up(instrument: Instrument, gaps: float) -> tuple[DataFrame, list[Row]]:
    """Make answers up, some of them missing: as a table and as dict rows."""
    random = np.random.default_rng(20261123)
    ids = list(instrument.scale("total").items)
    answers = random.integers(0, 4, (len(ids), ROWS)).astype(float)
    answers[random.random(answers.shape) < gaps] = np.nan
    rows: list[Row] = [
        {id: None if np.isnan(value) else float(value) for id, value in zip(ids, column, strict=True)}
        for column in answers.T
    ]
    return DataFrame(answers.T, columns=ids), rows


def same(table: DataFrame, results: list[Result]) -> bool:
    """Compare both ways, every row and every column."""
    found = table.astype(object).where(table.notna(), None).to_dict("records")
    return found == results


def measure(name: str, instrument: Instrument, gaps: float) -> float:
    """Time both ways in turn and print the ratio of the medians."""
    table, rows = made_up(instrument, gaps)
    if not same(scoring.score(instrument, table), plain(instrument, rows)):
        raise SystemExit(f"{name}: the two ways disagree")
    times: dict[str, list[float]] = {"whole": [], "plain": []}
    for _ in range(ROUNDS):
        for key, run in (
            ("whole", lambda: scoring.score(instrument, table)),
            ("plain", lambda: plain(instrument, rows)),
        ):
            start = time.perf_counter()
            run()
            times[key].append(time.perf_counter() - start)
    whole, loop = statistics.median(times["whole"]), statistics.median(times["plain"])
    print(f"{name}: {whole * 1e3:.1f} ms, plain loop {loop * 1e3:.0f} ms, ratio {loop / whole:.0f} (bar {BAR:.0f})")
    return loop / whole


def main() -> int:
    """Measure complete forms and forms with one answer in a hundred missing; 1 when a bar is missed."""
    instrument = catalog.build([catalog.bundled()]).get("phq-9")
    cases = (("phq-9, complete", 0.0), ("phq-9, 1 % of answers missing", 0.01))
    ratios = [measure(name, instrument, gaps) for name, gaps in cases]
    return int(min(ratios) < BAR)


if __name__ == "__main__":
    raise SystemExit(main())
