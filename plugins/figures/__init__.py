"""A section in one line: the first, lowest, highest and latest value of one scale, with their dates."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from fit_toolkit import Section, SheetView, hookimpl

fit_hook_api = "1.1"


class Figures(Section, frozen=True):
    """The first, lowest, highest and latest value of one scale: figures as they are, without a judgement.

    Nothing is shown for a member with fewer than two values.
    """

    kind: ClassVar[str] = "figures"

    instrument: Annotated[str, Meta(min_length=1, description="the id of the instrument")]
    scale: Annotated[str, Meta(min_length=1, description="the scale of it; its main scale unless said")] | None = None
    rater: Annotated[str, Meta(min_length=1, description="whose rating")] = "client"
    title: Annotated[
        str, Meta(max_length=60, description="what to call it on the sheet; the instrument's title unless said")
    ] = ""

    def data(self, view: SheetView) -> Mapping[str, Any] | None:
        """Pick the four values, each with its day."""
        seen = view.ratings
        scale = self.scale or self._main(view)
        mine = (seen.instrument == self.instrument) & (seen.scale == scale) & (seen.rater == self.rater)
        rated = seen[mine & seen.value.notna()].reset_index(drop=True)
        if len(rated) < 2:
            return None
        places = {
            "first": 0,
            "lowest": int(rated.value.argmin()),
            "highest": int(rated.value.argmax()),
            "latest": len(rated) - 1,
        }
        return {
            "title": self.title or self._title(view),
            "count": len(rated),
            "rows": [
                {"what": what, "value": float(rated.value[at]), "on": rated.date[at]} for what, at in places.items()
            ],
        }

    def _title(self, view: SheetView) -> str:
        """Name the instrument, and the scale where it is not the main one."""
        title = view.titles.get(self.instrument, self.instrument)
        return title if self.scale in {None, self._main(view)} else f"{title}, {self.scale}"

    def _main(self, view: SheetView) -> str:
        return view.main_scales.get(self.instrument, "total")


@hookimpl
def register_sheet_sections() -> list[type[Section]]:
    """Give the section."""
    return [Figures]


@hookimpl
def register_template_dirs() -> list[Traversable]:
    """Give its template."""
    return [files(__package__) / "templates"]
