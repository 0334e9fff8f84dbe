"""Which cells are told: what is hidden stays hidden from whoever subtracts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fit_toolkit.analysis.curves.calibration import band_calibration, calibration_cells
from fit_toolkit.analysis.curves.cells import Key, tellable
from tests.analysis.curves.test_calibration import FLAT

LEAST = 10


def counts(*rows: tuple[int, ...]) -> dict[Key, int]:
    """Count clients by fifth (rows) and session (columns), nobody coming back: sums are sums of clients."""
    table = np.array(rows)
    cells: dict[Key, int] = {(f + 1.0, s + 1.0): int(n) for (f, s), n in np.ndenumerate(table)}
    cells |= {(f + 1.0, None): int(n) for f, n in enumerate(table.sum(axis=1))}
    cells |= {(None, s + 1.0): int(n) for s, n in enumerate(table.sum(axis=0))}
    return cells | {(None, None): int(table.sum())}


def test_a_cell_of_few_clients_is_hidden_with_the_smallest_other_of_its_sums() -> None:
    told = tellable(counts((30, 30), (20, 25), (40, 4)), LEAST)
    assert (3.0, 2.0) not in told, "four clients"
    assert (2.0, 2.0) not in told, "else the four are session 2 less the other fifths"
    assert (3.0, 1.0) not in told, "else they are the third fifth less session 1"
    assert (2.0, 1.0) not in told, "else those of the second fifth are had, and with them the four"
    assert {(1.0, 1.0), (1.0, 2.0), (None, None), (None, 2.0), (3.0, None)} <= told


def test_what_hides_enough_clients_together_needs_no_other() -> None:
    told = tellable(counts((30, 6), (20, 7), (40, 30)), LEAST)
    assert (3.0, 2.0) in told, "the two hidden ones hold thirteen clients"


def test_where_all_are_many_all_are_told() -> None:
    every = counts((30, 30), (20, 25))
    assert tellable(every, LEAST) == set(every)


@pytest.mark.parametrize("seed", range(6))
def test_no_sum_that_is_told_gives_away_a_part_of_few_clients(seed: int) -> None:
    random = np.random.default_rng(seed)
    cells = counts(*random.integers(1, 40, (5, 7)).tolist())
    told = tellable(cells, LEAST)
    for fifth, session in told:
        if fifth is None:
            hidden = [n for (f, s), n in cells.items() if s == session and f is not None and (f, s) not in told]
            assert not hidden or (sum(hidden) >= LEAST and len(hidden) > 1)
        if session is None:
            hidden = [n for (f, s), n in cells.items() if f == fifth and s is not None and (f, s) not in told]
            assert not hidden or (max(hidden) >= LEAST and len(hidden) > 1)


def test_the_cells_of_a_pack_do_not_give_away_its_last_thin_session() -> None:
    client = np.repeat(np.arange(60), 4)
    session = np.tile([1.0, 2.0, 3.0, 4.0], 60)
    value = np.random.default_rng(3).normal(0, 1, 240)
    value[(session == 4) & (client >= 4)] = np.nan  # four are left at session 4
    table = band_calibration(FLAT, client, session, value, percents=(80,))
    cells = calibration_cells(table)
    whole = next(c for c in cells if c.quintile is None and c.session is None)
    by_session = [c for c in cells if c.quintile is None and c.session is not None]
    rest = whole.n_ratings - sum(c.n_ratings for c in by_session)
    assert rest == 4 + 60, "what is left of all ratings is session 4 and another one, never session 4 alone"
    assert isinstance(table, pd.DataFrame)
