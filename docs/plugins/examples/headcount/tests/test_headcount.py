from __future__ import annotations

from pathlib import Path

from fit_headcount import Headcount

from fit_toolkit.testing import example_export, plugin_checks

test_headcount = plugin_checks("headcount")


def test_clients_are_counted_by_month_and_instrument(tmp_path: Path) -> None:
    written = Headcount(fewest=2).write(example_export(clients=2, forms=2), tmp_path)

    assert written == {"headcount.csv": 1}
    assert (tmp_path / "headcount.csv").read_text().splitlines() == [
        "month,instrument,clients,forms",
        "2025-01,example,2,4",
    ]


def test_a_month_with_few_clients_is_left_out(tmp_path: Path) -> None:
    assert Headcount().write(example_export(clients=2), tmp_path) == {"headcount.csv": 0}
