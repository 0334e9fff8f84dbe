"""Scoring rule `ladder`: how many steps were reached, one after the other, without a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from msgspec import Meta

from fit_toolkit import ScoringRule, hookimpl

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from fit_toolkit.model import Scale

fit_hook_api = "1.0"


class Ladder(ScoringRule, frozen=True):
    """The items are steps, the easiest first: the score is how many were reached before the first that was not."""

    kind: ClassVar[str] = "ladder"

    reached: Annotated[float, Meta(description="from which answer on a step counts as reached")] = 1.0

    def compute(self, answers: DataFrame, scale: Scale) -> Series[float]:
        """Climb all ladders at once, one item at a time."""
        from pandas import Series

        score = np.zeros(len(answers))
        climbing = np.ones(len(answers), bool)
        for item in answers.columns:
            answer = answers[item].to_numpy()
            score[climbing & np.isnan(answer)] = np.nan  # perhaps reached, perhaps not: no score
            climbing &= answer >= self.reached  # a comparison with NaN is false
            score[climbing] += 1
        return Series(score, index=answers.index)


@hookimpl
def register_scoring_rules() -> list[type[ScoringRule]]:
    """Tell the toolkit which rules are here."""
    return [Ladder]
