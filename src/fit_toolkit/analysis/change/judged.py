"""The judged rows of a file as CSV and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from fit_toolkit.analysis.change.cutoffs import Cutoff, Interval
from fit_toolkit.analysis.change.hageman import Group
from fit_toolkit.analysis.change.pairs import Floats
from fit_toolkit.analysis.change.reliable import Change
from fit_toolkit.analysis.change.side_by_side import Agreement
from fit_toolkit.analysis.change.slopes import Slopes
from fit_toolkit.analysis.columns import plain
from fit_toolkit.analysis.files import written

AGREEMENT: Final = ("one", "other", "n", "share", "kappa")


@dataclass(frozen=True)
class Judged:
    """The result of a file: columns of text in order, one entry per row, and what stands behind them."""

    columns: dict[str, list[str]]
    texts: frozenset[str]  # columns that stay text in JSON
    changes: dict[str, Change]
    line: Cutoff | None
    interval: Interval | None
    agreements: tuple[Agreement, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    slopes: Slopes | None = None
    group: Group | None = None  # of ha

    def csv(self) -> str:
        """Write it as CSV; ids are those of the file, unchanged."""
        columns = [written(cells) for cells in self.columns.values()]
        lines = [",".join(each) for each in zip(*columns, strict=True)]
        return "\n".join([",".join(written(list(self.columns))), *lines]) + "\n"

    def json(self) -> str:
        """Write it as the stable JSON `fit/change/1`: rows, the figures they rest on, the agreement of the methods."""
        columns = {
            name: cells if name in self.texts else [_number(cell) for cell in cells]
            for name, cells in self.columns.items()
        }
        rows = [dict(zip(columns, each, strict=True)) for each in zip(*columns.values(), strict=True)]
        figures = {name: _finite({**each.basis, "critical": each.critical}) for name, each in self.changes.items()}
        made: dict[str, Any] = {"schema": "fit/change/1", "change": rows, "figures": figures}
        if self.line is not None:
            made["cutoff"] = {"kind": self.line.kind, "value": self.line.value, "at": self.line.at}
        if self.interval is not None:
            made["interval"] = _finite({name: getattr(self.interval, name) for name in self.interval.__struct_fields__})
        if self.group is not None:
            made["group"] = _finite({name: getattr(self.group, name) for name in self.group.__struct_fields__})
        if self.agreements:
            made["agreement"] = [_finite({name: getattr(each, name) for name in AGREEMENT}) for each in self.agreements]
            made["refused"] = self.refused
        return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def texts(values: Floats) -> list[str]:
    """Write figures so that they read back; the same figure is written once."""
    different, codes = np.unique(values, return_inverse=True)
    cells = np.array([plain(each) for each in different.tolist()], dtype=object)
    return list(cells[codes])


def _number(cell: str) -> float | int | None:
    return None if not cell else float(cell) if "." in cell else int(cell)


def _finite(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(each, float) and not math.isfinite(each) else each for name, each in values.items()
    }
