"""What a scoring rule is: a frozen record of its settings, and one function from answers to scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from fit_toolkit.model.instrument import Scale


class ScoringRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every scoring rule; a subclass sets `kind` and declares its parameters as typed fields."""

    kind: ClassVar[str] = ""

    def compute(self, answers: DataFrame, scale: Scale) -> Series[float]:
        """Compute one score per row.

        Args:
            answers: one row per administration and one float column per item of the scale, in the scale's order;
                reversed items are turned already; NaN where an answer is missing. Only rows with enough answers are
                handed over. The frame is the rule's own to change.
            scale: the definition of the scale.

        Returns: a Series of floats with the index of `answers`; NaN where no score can be given.
        """
        raise TypeError(f"{type(self).__name__} has no compute()")
