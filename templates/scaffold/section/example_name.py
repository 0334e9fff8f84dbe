"""Section `example-name` of the sheet: the first and the latest score of each instrument, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from fit_toolkit import Section, SheetView, hookimpl

fit_hook_api = "1.1"  # the version of the hooks this is written for


class ExampleName(Section, frozen=True):
    """The first and the latest score of each instrument; nothing for a client who has rated less than twice."""

    kind: ClassVar[str] = "example-name"  # its name in fit.toml, and its template: sections/example-name.html
    page: ClassVar[Literal["therapist", "client"]] = "therapist"  # whose page it stands on

    # Parameters: fit.toml may set them beside `kind`. Their types are checked there.
    rater: Annotated[str, Meta(description="whose ratings: client, therapist, carer ...")] = "client"
    scale: Annotated[str, Meta(description="which scale; the main one of each instrument unless said")] = ""

    def data(self, view: SheetView) -> dict[str, Any] | None:
        """Give plain data for the template about one client; None where there is nothing to show."""
        ratings = view.ratings  # of this client alone, oldest first
        main = ratings["instrument"].map(lambda instrument: view.main_scales.get(instrument, "total"))
        wanted = ratings["scale"] == (self.scale or main)
        scores = ratings[wanted & (ratings["rater"] == self.rater) & ratings["value"].notna()]
        rows = [
            {
                "name": view.titles.get(str(instrument), instrument),
                "first": values.iloc[0],
                "latest": values.iloc[-1],
                "count": len(values),
            }
            for instrument, values in scores.groupby("instrument", sort=False)["value"]
            if len(values) > 1
        ]
        return {"rows": rows} if rows else None


@hookimpl
def register_sheet_sections() -> list[type[Section]]:
    """Tell the toolkit which sections are here."""
    return [ExampleName]


@hookimpl
def register_template_dirs() -> list[Path]:
    """Tell the toolkit where their templates are: in the folder `templates` beside this file."""
    return [Path(__file__).parent / "templates"]
