"""Section `both-sides` of the sheet: how client and therapist rated the same sessions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from fit_toolkit import Section, SheetView, hookimpl

fit_hook_api = "1.1"


class BothSides(Section, frozen=True):
    """The newest sessions, with the client's rating and the therapist's beside each other."""

    kind: ClassVar[str] = "both-sides"
    page: ClassVar[Literal["therapist", "client"]] = "therapist"

    client: Annotated[str, Meta(description="the instrument the client rates")] = "today-together-client"
    therapist: Annotated[str, Meta(description="the instrument the therapist rates")] = "today-together-therapist"
    scale: Annotated[str, Meta(description="the scale that both have")] = "total"
    sessions: Annotated[int, Meta(ge=1, le=12, description="how many sessions, the newest first")] = 4

    def data(self, view: SheetView) -> dict[str, Any] | None:
        """Give one row for each session; None where the therapist has never rated."""
        client = self._by_day(view, self.client, "client")
        therapist = self._by_day(view, self.therapist, "therapist")
        if not therapist:
            return None
        days = sorted({*client, *therapist}, reverse=True)[: self.sessions]
        return {"rows": [{"day": day, "client": client.get(day), "therapist": therapist.get(day)} for day in days]}

    def _by_day(self, view: SheetView, instrument: str, rater: str) -> dict[Any, float]:
        """Give the ratings of one side by the day of their session."""
        all_of_them = view.ratings
        theirs = all_of_them[
            (all_of_them["instrument"] == instrument)
            & (all_of_them["scale"] == self.scale)
            & (all_of_them["rater"] == rater)
            & all_of_them["value"].notna()
        ]
        return dict(zip(theirs["date"], theirs["value"], strict=True))


@hookimpl
def register_sheet_sections() -> list[type[Section]]:
    """Tell the toolkit which sections are here."""
    return [BothSides]


@hookimpl
def register_template_dirs() -> list[Path]:
    """Tell the toolkit where their templates are."""
    return [Path(__file__).parent / "templates"]
