"""What the commands about curve packs share: a pack is put into the practice once and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fit_toolkit.cli.context import App
from fit_toolkit.cli.output import write_atomic
from fit_toolkit.errors import DataError

if TYPE_CHECKING:
    from fit_toolkit.model.curves import CurvePack


def place_pack(app: App, pack: CurvePack, *, dry_run: bool) -> None:
    """Put a pack into the practice's folder; one of its name that is there already stays as it is."""
    from fit_toolkit.analysis import write_pack
    from fit_toolkit.courses.packs import find_pack

    practice = app.practice
    if pack.id in practice.catalog.curve_files:
        if find_pack(practice.catalog, pack.id).hash == pack.hash:
            app.say(f"{pack.id} is there already, with the same figures")
            return
        hint = "choose another name: alerts may rest on this one"
        raise DataError(f"there is a curve pack '{pack.id}' with other figures, and it stays as it is", hint=hint)
    file = practice.root / "instruments" / "curves" / f"{pack.id}.json"
    if not dry_run:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(file, write_pack(pack))
    app.done(f"written: {file.relative_to(practice.root)}", dry_run=dry_run)


def share_inside(pack: CurvePack, percent: float = 80.0) -> float | None:
    """Give the share of held-out ratings inside a band, over all sessions and intakes."""
    whole = (c for c in pack.calibration if c.quintile is None and c.session is None and c.percent == percent)
    return next((c.inside for c in whole), None)
