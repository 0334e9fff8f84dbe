"""Clinics for the laws: courses of up to eleven ratings on a scale from 0 to 10, and what is done to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from fit_toolkit.course import ScaleView

clinics = st.lists(
    st.lists(st.integers(0, 20).map(lambda halves: halves / 2), max_size=11), min_size=1, max_size=4
)  # whole halves, so that shifts and mirrors are exact


def scale_of(*, higher_is_better: bool = True, high: float = 10.0) -> ScaleView:
    """A scale from 0 to `high`."""
    return ScaleView(instrument="example", scale="total", higher_is_better=higher_is_better, high=high)


def mirrored(clinic: Sequence[Sequence[float]]) -> list[list[float]]:
    """The same ratings on a scale that runs the other way."""
    return [[10 - value for value in own] for own in clinic]


def points_of(values: NDArray[Any], clinic: Sequence[Sequence[float]]) -> list[NDArray[Any]]:
    """The points of each client."""
    return np.split(values, np.cumsum([len(own) for own in clinic])[:-1])
