"""Which policy drew a range of a sheet, and from which ratings: it is asked once more, and has to say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from fit_toolkit.courses.asking import Asking
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.engine import PluginFailureError
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.sheets.data import Band
from fit_toolkit.sheets.reading import EPOCH, Reading


@dataclass(frozen=True)
class Ranged:
    """A policy, and by day the edges of its range with the forms that came before."""

    use: PolicyUse
    edges: dict[date, tuple[float, float, tuple[int, ...]]]

    def forms(self, on: date) -> tuple[int, ...]:
        """The forms of the ratings before that day."""
        return self.edges[on][2] if on in self.edges else ()


def drawn_by(
    reading: Reading, instrument: Instrument, asking: Asking | None, band: Band, *, usual: bool
) -> Ranged | None:
    """Find the policy whose range is the one that was drawn."""
    names = ("low", "high") if usual else ("expected_low", "expected_high")
    for use in asking.uses if asking is not None else ():
        if (use.stream.instrument, use.stream.scale, use.stream.rater) != (
            instrument.id, instrument.main_scale, instrument.raters[0],
        ):  # fmt: skip
            continue
        try:
            edges = dict(_edges(reading, use, asking, names))  # type: ignore[arg-type]
        except PluginFailureError:
            continue
        drawn = {p.on: (p.low, p.high) for p in band.points}
        if drawn and {day: each[:2] for day, each in edges.items()} == drawn:
            return Ranged(use, edges)
    return None


def _edges(
    reading: Reading, use: PolicyUse, asking: Asking, names: tuple[str, str]
) -> Iterator[tuple[date, tuple[float, float, tuple[int, ...]]]]:
    loaded = reading.part.load(use.stream, use.view, use.partners)
    findings = asking.find(use, loaded.course)
    low, high = (findings.evidence.get(name) for name in names)
    if low is None or high is None:
        return
    course: Any = loaded.course
    for m in np.flatnonzero(loaded.member == reading.member.id):
        own = range(int(course.offsets[m]), int(course.offsets[m + 1]))
        for i in own:
            if not (np.isnan(low[i]) or np.isnan(high[i])):
                forms = tuple(int(loaded.entered[j]) for j in own if j < i)
                yield EPOCH + timedelta(days=int(course.day[i])), (float(low[i]), float(high[i]), forms)
