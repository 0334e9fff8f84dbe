"""Writer `headcount`: how many clients rated with each instrument in each month, and nothing about any of them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import Export, Writer, hookimpl

fit_hook_api = "1.2"


class Headcount(Writer, frozen=True):
    """One table: month, instrument, number of clients and of forms; small numbers of clients are left out."""

    kind: ClassVar[str] = "headcount"

    fewest: Annotated[int, Meta(description="with fewer clients than this a row is left out", ge=1)] = 5

    def write(self, export: Export, folder: Path) -> dict[str, int]:
        """Count part by part; a client is never in two parts."""
        clients: Counter[tuple[str, str]] = Counter()
        forms: Counter[tuple[str, str]] = Counter()
        for part in export.parts():
            forms_here = part.administrations
            month = forms_here["date"].str[:7]
            cells = list(zip(month, forms_here["instrument"], forms_here["client"], strict=True))
            forms.update((each, instrument) for each, instrument, _ in cells)
            clients.update((each, instrument) for each, instrument, _ in set(cells))
        rows = [(*cell, clients[cell], forms[cell]) for cell in sorted(forms) if clients[cell] >= self.fewest]
        with (folder / "headcount.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(("month", "instrument", "clients", "forms"))
            table.writerows(rows)
        return {"headcount.csv": len(rows)}


@hookimpl
def register_writers() -> list[type[Writer]]:
    """Tell the toolkit which writers are here."""
    return [Headcount]
