"""Scoring rules: one without parameters, one with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import ScoringRule, hookimpl

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from fit_toolkit.model import Scale

fit_hook_api = "1.0"


class Highest(ScoringRule, frozen=True):
    """The highest answer that was given."""

    kind: ClassVar[str] = "highest"

    def compute(self, answers: DataFrame, scale: Scale) -> Series[float]:
        return answers.max(axis=1)


class CountAbove(ScoringRule, frozen=True):
    """How many answers are at or above a line; none where an answer is missing."""

    kind: ClassVar[str] = "count-above"

    line: Annotated[float, Meta(description="from which answer on")] = 2.0
    whole: Annotated[bool, Meta(description="as a share of the items instead")] = False

    def compute(self, answers: DataFrame, scale: Scale) -> Series[float]:
        counted = (answers[list(scale.items)] >= self.line).sum(axis=1).astype(float)
        counted = counted.where(answers.notna().all(axis=1))
        return counted / len(scale.items) if self.whole else counted


@hookimpl
def register_scoring_rules() -> list[type[ScoringRule]]:
    return [Highest, CountAbove]
