"""Whose form it is, of which day and by whom: codes, dates and episodes looked up in bulk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
from pandas import DataFrame, Series

from fit_toolkit.catalog import Catalog
from fit_toolkit.intake.expand import Laid
from fit_toolkit.intake.moments import TWICE, Moments, When
from fit_toolkit.intake.records import Ask, Problem
from fit_toolkit.intake.values import Every, whole
from fit_toolkit.model.instrument import Instrument

RATERS = ("client", "therapist", "carer", "observer", "supervisor")
OCCASIONS = ("start", "end", "between")


@dataclass
class Findings:
    """Problems gathered while a file is checked, and the forms that have one; `told` counts what else is to be said."""

    laid: Laid
    problems: list[Problem]
    told: Counter[str] = field(default_factory=Counter)

    def add(self, forms: DataFrame, role: str, text: str | Series[str]) -> None:
        """Report something about the context of some forms, at the cell of a role."""
        texts = [text] * len(forms) if isinstance(text, str) else list(text)
        values = list(forms[role]) if role in forms else [""] * len(forms)
        for row, value, said in zip(forms["row"], values, texts, strict=True):
            shown = value if role not in self.laid.layout.roles and isinstance(value, str) else None
            self.problems.append(self.laid.problem(int(row), role, said, shown))


def read_context(laid: Laid, ask: Ask, catalog: Catalog, found: Findings) -> DataFrame:
    """Read instrument, rater, occasion, session and day of every form; what cannot be read is missing (None)."""
    forms = laid.forms.copy()
    forms["known"] = _instruments(forms, catalog, found)
    known = {id: catalog.get(id) for id in forms.loc[forms["known"], "instrument"].unique()}
    forms["rater"] = _rater(forms, known, found)
    forms["occasion"] = _occasion(forms, known, found)
    forms["session_given"] = _sessions(forms, found)
    forms["rated_at"], forms["rated_offset"] = None, None
    forms["session_on"] = _days(forms, ask, laid, found)
    return forms


def _instruments(forms: DataFrame, catalog: Catalog, found: Findings) -> Series[bool]:
    good = forms["instrument"].map({id: id in catalog for id in forms["instrument"].unique()}).astype(bool)
    blank = forms["instrument"] == ""
    found.add(forms[blank], "instrument", "no instrument is named")
    found.add(forms[~good & ~blank], "instrument", "there is no such instrument (fit instruments list)")
    return good


def _default_rater(instrument: Instrument) -> str:
    if len(instrument.raters) == 1 or "client" not in instrument.raters:
        return instrument.raters[0] if len(instrument.raters) == 1 else ""
    return "client"


def _rater(forms: DataFrame, known: dict[str, Instrument], found: Findings) -> Series[Any]:
    given = forms["rater"]
    usual = forms["instrument"].map({id: _default_rater(each) for id, each in known.items()})
    rater = given.where(given != "", usual)
    foreign = (given != "") & ~given.isin(RATERS)
    found.add(forms[foreign], "rater", f"a rater is one of: {', '.join(RATERS)}")
    found.add(forms[forms["known"] & (rater == "")], "rater", "several may rate with this instrument; say who did")
    pairs = pd.Series(list(zip(forms["instrument"], rater, strict=True)), index=forms.index, dtype=object)
    allowed = {(id, each) for id, instrument in known.items() for each in (*instrument.raters, "")}
    wrong = forms["known"] & ~foreign & ~pairs.isin(list(allowed))
    found.add(forms[wrong], "rater", "this instrument is not for this rater")
    return rater.where(~foreign & ~wrong & forms["known"] & (rater != ""), None)


def _occasion(forms: DataFrame, known: dict[str, Instrument], found: Findings) -> Series[Any]:
    given = forms["occasion"]
    wrong = (given != "") & ~given.isin(OCCASIONS)
    found.add(forms[wrong], "occasion", f"an occasion is one of: {', '.join(OCCASIONS)}")
    usual = forms["instrument"].map({id: each.usual_occasion for id, each in known.items()})
    return given.where(given != "", usual).where(~wrong & forms["known"], None)


def _looked_up(texts: Series[Any], read: dict[Any, Any]) -> Series[Any]:
    """Look every text up as an object; `map` would turn whole numbers beside a None into floats."""
    return Series([read.get(text) for text in texts], index=texts.index, dtype=object)


def _sessions(forms: DataFrame, found: Findings) -> Series[Any]:
    read = {text: whole(text) for text in forms["session"].unique()}
    number = _looked_up(forms["session"], read)
    wrong = (forms["session"] != "") & Series([not value for value in number], index=forms.index)
    found.add(forms[wrong], "session", "a session is a whole number from 1 on")
    return number.where(number.notna() & ~wrong, None)


def _days(forms: DataFrame, ask: Ask, laid: Laid, found: Findings) -> Series[Any]:
    fixed = {group.fixed["date"] for group in laid.layout.groups if "date" in group.fixed}
    mapping = laid.layout.mapping
    if mapping.every and mapping.start_day is not None and not fixed:
        return _assumed(forms, mapping.start_day, Every(mapping.every), ask, found)
    iso, form = Moments(), laid.layout.dates
    read: dict[str, When | str] = {}
    for text in forms["date"].unique():
        read[text] = (iso if text in fixed else form).read(text) if text else "the date is missing"
    whens = [read[text] for text in forms["date"]]
    wrong = Series([isinstance(when, str) for when in whens], index=forms.index, dtype=bool)
    found.add(forms[wrong], "date", _objects(forms, [when if isinstance(when, str) else "" for when in whens])[wrong])
    days = [None if isinstance(when, str) else when.day for when in whens]
    forms["rated_at"] = _objects(forms, [None if isinstance(when, str) else when.at for when in whens])
    forms["rated_offset"] = _objects(forms, [None if isinstance(when, str) else when.offset for when in whens])
    if twice := sum(isinstance(when, When) and when.twice for when in whens):
        found.told[TWICE] += twice
    return _not_future(forms, _objects(forms, days), ask, "date", found)


def _objects(forms: DataFrame, values: list[Any]) -> Series[Any]:
    return Series(values, index=forms.index, dtype=object)


def _assumed(forms: DataFrame, start: date, every: Every, ask: Ask, found: Findings) -> Series[Any]:
    """Lay sessions out at regular distances: by their number, or by their order for each client and instrument."""
    number = forms["session_given"]
    if not found.laid.numbered:
        ordered = forms.sort_values("row", kind="stable").groupby(["client", "instrument", "rater"], dropna=False)
        number = (ordered.cumcount() + 1).reindex(forms.index).astype(object)
    else:
        found.add(forms[forms["session"] == ""], "session", "without a date the number of the session is needed")
    read = {each: every.after(start, int(each) - 1) for each in number.dropna().unique()}
    day = _looked_up(number, read)
    beyond = number.notna() & day.isna()
    found.add(forms[beyond], "session", "this session would be beyond the calendar")
    return _not_future(forms, day.where(day.notna(), None), ask, "session", found)


def _not_future(forms: DataFrame, day: Series[Any], ask: Ask, role: str, found: Findings) -> Series[Any]:
    future = day.map(lambda value: isinstance(value, date) and value > ask.today).astype(bool)
    text = "this day is in the future" if role == "date" else "with these assumed dates it would be in the future"
    found.add(forms[future], role, text)
    return day.where(~future, None)
