"""Scoring rule `example-name`: only the highest answers count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from msgspec import Meta

from fit_toolkit import ScoringRule, hookimpl

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from fit_toolkit.model import Scale

fit_hook_api = "1.0"  # the version of the hooks this is written for


class ExampleName(ScoringRule, frozen=True):
    """The mean of the `count` highest answers; no score where fewer were answered."""

    kind: ClassVar[str] = "example-name"  # its name in an instrument file

    # A parameter: an instrument file may set it under `parameters`. Its type and its bounds are checked there.
    count: Annotated[int, Meta(ge=1, description="how many of the highest answers count")] = 3

    def compute(self, answers: DataFrame, scale: Scale) -> Series[float]:
        """Score all forms at once: one row for each form, one column for each item, NaN where nothing was answered."""
        from pandas import Series

        highest_first = -np.sort(-answers.to_numpy(), axis=1)  # NaN comes last
        return Series(highest_first[:, : self.count].mean(axis=1), index=answers.index)


@hookimpl
def register_scoring_rules() -> list[type[ScoringRule]]:
    """Tell the toolkit which rules are here."""
    return [ExampleName]
