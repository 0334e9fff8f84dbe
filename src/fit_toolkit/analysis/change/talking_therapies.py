"""The rules of NHS Talking Therapies (England) as a named set: caseness, reliable improvement, recovery, deterioration.

Figures that were not checked against their source are carried as unverified and label nobody until the caller gives them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from msgspec import Struct

from fit_toolkit.analysis.change.pairs import Bools, Floats, difference
from fit_toolkit.errors import UsageError

NAME: Final = "nhs-talking-therapies"
_TABLE: Final = "PMC8411661, table 1"
_UNCHECKED: Final = "general knowledge; check the manual of the service before use"
CONTACTS: Final = 2  # a course counts as finished from this many attended treatment contacts on


class Figures(Struct, frozen=True):
    """A measure's lines, both inclusive: a case from `caseness` on, a reliable change from `reliable` points on."""

    caseness: float
    reliable: float
    source: str = "given by the caller"
    verified: bool = True


MEASURES: Final[dict[str, Figures]] = {
    "phq-9": Figures(10, 6, _TABLE),
    "gad-7": Figures(8, 4, _TABLE),
    "spin": Figures(19, 10, _UNCHECKED, verified=False),
    "oci": Figures(40, 32, _UNCHECKED, verified=False),
    "pdss": Figures(8, 5, _UNCHECKED, verified=False),
    "ies-r": Figures(33, 9, _UNCHECKED, verified=False),
    "pcl-5": Figures(32, 10, _UNCHECKED, verified=False),
    "shai": Figures(18, 4, _UNCHECKED, verified=False),
    "mi": Figures(2.3, 0.73, _UNCHECKED, verified=False),  # mean of the items
}
#: Which measure takes the place of GAD-7, by problem (PMC5942544, table 2); GAD-7 stays where it was not filled in.
INSTEAD_OF_GAD7: Final[dict[str, str]] = {
    "social anxiety": "spin",
    "ptsd": "pcl-5",  # IES-R in older data
    "agoraphobia": "mi",
    "ocd": "oci",
    "panic": "pdss",
    "health anxiety": "shai",
}


@dataclass(frozen=True, eq=False)
class TalkingTherapies:
    """Per client 1 (yes), 0 (no) or NaN: not known, course not finished, or not asked (recovery of one who was no case)."""

    case_at_start: Floats
    case_at_end: Floats
    recovery: Floats  # a case at the start, none at the end; only of those who were a case
    reliable_improvement: Floats
    reliable_recovery: Floats  # both; only of those who were a case
    reliable_deterioration: Floats

    def frame(self) -> pd.DataFrame:
        """Give it as a frame, one row per client."""
        return pd.DataFrame({name: getattr(self, name) for name in self.__dataclass_fields__})

    def counts(self) -> dict[str, tuple[int, int]]:
        """Count for each answer how many said yes, of how many it was asked."""
        return {name: (int(np.nansum(values)), int(np.isfinite(values).sum())) for name, values in self.frame().items()}  # type: ignore[misc]


def talking_therapies(
    depression_start: npt.ArrayLike,
    depression_end: npt.ArrayLike,
    anxiety_start: npt.ArrayLike,
    anxiety_end: npt.ArrayLike,
    *,
    anxiety_measure: str | npt.ArrayLike = "gad-7",
    contacts: npt.ArrayLike | None = None,
    figures: Mapping[str, Figures] | None = None,
) -> TalkingTherapies:
    """Apply the rules to the pair of measures, PHQ-9 and GAD-7 or what stands in its place (`anxiety_measure`, per client).

    Case: at or above caseness on either. Recovery: a case at the start and on neither at the end. Reliable improvement: one
    of the two falls by its reliable change or more and the other does not rise by its own. Deterioration: the mirror image
    (general knowledge of the manual). All four ratings are needed; with `contacts`, two attended ones.
    `figures` fills in or replaces those of `MEASURES`; measures that have none verified label nobody without it.
    """
    ratings = [
        np.asarray(each, dtype=np.float64) for each in (depression_start, depression_end, anxiety_start, anxiety_end)
    ]
    names = np.broadcast_to(np.asarray(anxiety_measure, dtype=object), ratings[0].shape)
    if len({each.shape for each in ratings}) != 1 or ratings[0].ndim != 1:
        raise UsageError("the ratings have to be lists of the same length")
    known: Bools = np.asarray(np.isfinite(np.stack(ratings)).all(axis=0))
    if contacts is not None:
        known &= np.asarray(contacts, dtype=np.float64) >= CONTACTS
    lines = {**MEASURES, **(figures or {})}
    codes, different = pd.factorize(np.where(known, names, ""), use_na_sentinel=False)
    used = [str(name) for name in different]
    _usable(["phq-9", *filter(None, used)], lines)
    caseness = np.array([lines[name].caseness if name else math.nan for name in used])[codes]
    points = np.array([lines[name].reliable if name else math.nan for name in used])[codes]
    phq = lines["phq-9"]
    start = (ratings[0] >= phq.caseness) | (ratings[2] >= caseness)
    end = (ratings[1] >= phq.caseness) | (ratings[3] >= caseness)
    mood, worry = difference(ratings[1], ratings[0]), difference(ratings[3], ratings[2])
    fell = (mood <= -phq.reliable, worry <= -points)
    rose = (mood >= phq.reliable, worry >= points)
    improved = (fell[0] & ~rose[1]) | (fell[1] & ~rose[0])
    worse = (rose[0] & ~fell[1]) | (rose[1] & ~fell[0])
    was = known & start
    return TalkingTherapies(
        _answer(start, known), _answer(end, known), _answer(~end, was), _answer(improved, known),
        _answer(improved & ~end, was), _answer(worse, known),
    )  # fmt: skip


def anxiety_pair(
    problem: npt.ArrayLike,
    gad7_start: npt.ArrayLike,
    gad7_end: npt.ArrayLike,
    specific_start: npt.ArrayLike,
    specific_end: npt.ArrayLike,
) -> tuple[Floats, Floats, npt.NDArray[np.object_]]:
    """Choose each client's anxiety measure: that of the problem where both its ratings are there, else GAD-7.

    `problem` is a word of `INSTEAD_OF_GAD7`, or the name of the measure itself, as ies-r in older data; others have GAD-7.
    """
    codes, different = pd.factorize(np.asarray(problem, dtype=object), use_na_sentinel=False)
    chosen_for = [_instead(str(word).strip().casefold()) for word in different]
    names = np.array(chosen_for, dtype=object)[codes]
    gad, specific = (
        [np.asarray(each, dtype=np.float64) for each in pair]
        for pair in ((gad7_start, gad7_end), (specific_start, specific_end))
    )
    chosen = (names != "gad-7") & np.isfinite(specific[0]) & np.isfinite(specific[1])
    names[~chosen] = "gad-7"
    return np.where(chosen, specific[0], gad[0]), np.where(chosen, specific[1], gad[1]), names


def _instead(word: str) -> str:
    """Give the measure that takes the place of GAD-7 for a problem, or the one that was named."""
    named = word.replace("_", "-")
    return named if named in MEASURES and named != "phq-9" else INSTEAD_OF_GAD7.get(word, "gad-7")


def _answer(yes: Bools, asked: Bools) -> Floats:
    return np.where(asked, yes.astype(np.float64), np.nan)


def _usable(names: list[str], lines: Mapping[str, Figures]) -> None:
    unknown = sorted({name for name in names if name not in lines})
    if unknown:
        raise UsageError(f"no figures for {', '.join(unknown)}", hint="give caseness and reliable change in figures=")
    unchecked = sorted({name for name in names if not lines[name].verified})
    if unchecked:
        raise UsageError(
            f"the figures for {', '.join(unchecked)} are not verified and label nobody",
            hint="check them and give them in figures=",
        )
