"""What a file says about how its forms were filled in: mode, language, the moment, and whether the day is only assumed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from pandas import DataFrame, Series

from fit_toolkit.intake.context import Findings
from fit_toolkit.intake.expand import Laid, meant
from fit_toolkit.intake.mapping import FORM_ROLES
from fit_toolkit.intake.moments import When
from fit_toolkit.store.schema import MODES

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}")
_YES: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
A_DAY: Final = timedelta(days=1)  # by which the day of a moment may be another one in another time zone


def read_given(laid: Laid, forms: DataFrame, found: Findings) -> DataFrame:
    """Add what the file says about its forms, and report what cannot be; rows of one form say the same."""
    for role in (each for each in FORM_ROLES if each in laid.layout.roles):
        texts = _texts(laid, forms, role, found)
        if role == "rated_at":
            forms = _moments(laid, forms, texts, found)
            continue
        read, said = _READ[role]
        known = {text: read(text) if text else None for text in texts.unique()}
        wrong = texts.map(lambda text, known=known: bool(text) and known[text] is None).astype(bool)
        found.add(forms[wrong].assign(**{role: texts[wrong]}), role, said)
        forms = forms.assign(**{role: Series([known[text] for text in texts], index=forms.index, dtype=object)})
    return forms


def _texts(laid: Laid, forms: DataFrame, role: str, found: Findings) -> Series[Any]:
    """Give what the first row of each form says, and report rows of the same form that say otherwise."""
    at = laid.layout.roles[role]
    column = meant(laid.piece.columns[at].strip(), laid.layout.target(role))
    form, row = laid.links
    first = np.zeros(int(form.max()) + 1 if len(form) else 0, dtype=np.int64)
    codes = column.codes[np.searchsorted(laid.piece.rows, row)]
    first[forms.index] = column.codes[np.searchsorted(laid.piece.rows, forms["row"].to_numpy(dtype=np.int64))]
    for differing in np.flatnonzero(codes != first[form]):
        found.problems.append(laid.problem(int(row[differing]), role, "another row of the same form says otherwise"))
    texts = np.empty(len(column.texts), dtype=object)
    texts[:] = column.texts
    return Series(texts[first[forms.index]] if len(forms) else [], index=forms.index, dtype=object)


def _moments(laid: Laid, forms: DataFrame, texts: Series[Any], found: Findings) -> DataFrame:
    """Read the moment at which each form was filled in; it is of the form's day, where that is known."""
    whens: list[When | None] = []
    wrong: dict[Any, str] = {}
    for form, text, day in zip(forms.index, texts, forms["session_on"], strict=True):
        when = laid.layout.dates.read(text) if text else None
        if isinstance(when, str) or (when is not None and when.at is None):
            wrong[form] = (
                when if isinstance(when, str) else "a moment has a time of day, such as 2026-03-31T09:30+02:00"
            )
            when = None
        elif when is not None and isinstance(day, date) and abs(when.day - day) > A_DAY:
            wrong[form] = "this is of another day than the form"
        whens.append(when if isinstance(when, When) else None)
    found.add(forms.loc[list(wrong)].assign(rated_at=texts[list(wrong)]), "rated_at", Series(wrong, dtype=object))
    at = [when.at if when else before for when, before in zip(whens, forms["rated_at"], strict=True)]
    offset = [when.offset if when else before for when, before in zip(whens, forms["rated_offset"], strict=True)]
    return forms.assign(
        rated_at=Series(at, index=forms.index, dtype=object),
        rated_offset=Series(offset, index=forms.index, dtype=object),
    )


def _mode(text: str) -> str | None:
    return text if text in MODES else None


def _language(text: str) -> str | None:
    return text if len(text) <= 16 and _LANGUAGE.fullmatch(text) else None


_READ: Final[dict[str, tuple[Callable[[str], Any], str]]] = {
    "mode": (_mode, f"one of {', '.join(MODES)}; other words stand in the map under `words`"),
    "language": (_language, "not a language such as de or en-GB; other words stand in the map under `words`"),
    "dates_assumed": (lambda text: _YES.get(text.casefold()), "true or false"),
}
