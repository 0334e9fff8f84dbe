"""Whom the administrations are about, for figures that hold for some people only; what is unknown fits no such figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from fit_toolkit.errors import DataError
from fit_toolkit.model.instrument import Person, Who
from fit_toolkit.scoring.grid import Bools, Floats

COLUMNS: Final = ("age_low", "age_high", "sex", "rater")


@dataclass(frozen=True)
class People:
    """One entry per administration; an age is known between two ends (from a year of birth it is one of two)."""

    known: DataFrame
    count: int

    @classmethod
    def read(cls, people: DataFrame | None, count: int) -> People:
        """Take them from a table with the columns `age_low`, `age_high`, `sex`, `rater`; an absent one is unknown."""
        if people is None:
            return cls(DataFrame(), count)
        if len(people) != count:
            raise DataError(f"{len(people)} rows say who was asked, {count} rows hold answers")
        foreign = [str(column) for column in people.columns if column not in COLUMNS]
        if foreign:
            raise DataError(f"'{foreign[0]}' says nothing about who was asked", hint="known: " + ", ".join(COLUMNS))
        return cls(people, count)

    def are(self, who: Who | None) -> Bools:
        """Mark the administrations that a figure is about; only then are the columns that it needs looked at."""
        fits = np.ones(self.count, dtype=np.bool_)
        if who is None:
            return fits
        for name, wanted in (("sex", who.sex), ("rater", who.rater)):
            if wanted is not None:
                fits &= self._is(name, wanted)
        if who.age is not None:  # an unknown age is NaN, and compares as false
            fits &= np.floor(self._age("age_low")) >= who.age[0]
            fits &= np.floor(self._age("age_high")) <= who.age[1]
        return fits

    def _is(self, name: str, wanted: str) -> Bools:
        if name not in self.known.columns:
            return np.zeros(self.count, dtype=np.bool_)
        return np.asarray((self.known[name] == wanted).fillna(value=False), dtype=np.bool_)

    def _age(self, name: str) -> Floats:
        if name not in self.known.columns:
            return np.full(self.count, np.nan)
        return pd.to_numeric(self.known[name]).to_numpy(dtype=np.float64, na_value=np.nan)


def one(person: Person | None) -> DataFrame | None:
    """Give the table of a single person."""
    if person is None:
        return None
    return DataFrame({"age_low": [person.age], "age_high": [person.age], "sex": [person.sex], "rater": [person.rater]})
