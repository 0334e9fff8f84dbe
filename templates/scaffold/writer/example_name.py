"""Writer `example-name`: one table with a row per score, for whoever draws their own pictures."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import Export, Writer, hookimpl

fit_hook_api = "1.2"  # the version of the hooks this is written for

COLUMNS = ("client", "date", "session", "instrument", "rater", "scale", "value", "status")


class ExampleName(Writer, frozen=True):
    """Scores with the day and the number of their session, one a row."""

    kind: ClassVar[str] = "example-name"  # its name for `fit export --format`

    # Parameters: fit.toml may set them under [writers.example-name]. Their types are checked there.
    status: Annotated[str, Meta(description="only scores of this status: complete, prorated ...; empty: all")] = ""

    def write(self, export: Export, folder: Path) -> dict[str, int]:
        """Write the file part by part, and say how many rows it has."""
        count = 0
        with (folder / "scores.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            for part in export.parts():  # whole clients at a time, so that a large practice is never in memory
                scores = part.scores[part.scores["status"] == self.status] if self.status else part.scores
                rows = scores.merge(part.administrations, on="administration")  # what is known of each form
                rows["value"] = rows["value"].astype(object).where(rows["value"].notna(), "")
                table.writerows(rows[list(COLUMNS)].itertuples(index=False))
                count += len(rows)
        return {"scores.csv": count}


@hookimpl
def register_writers() -> list[type[Writer]]:
    """Tell the toolkit which writers are here."""
    return [ExampleName]
