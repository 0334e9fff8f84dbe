"""A day's sheets in German and in English say the same: every number of one is on the other, with its decimal sign."""

from __future__ import annotations

import html
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import fit_toolkit
from fit_toolkit.language import language_of
from fit_toolkit.language.packs import Language
from fit_toolkit.sheets.batch import Wish, make_batch
from tests.clinic import Clinic
from tests.sheets.random_practice import random_practice

NOT_SAID = re.compile(r"<head>.*?</head>|<[^>]+>", re.DOTALL)

VERSION = re.compile(
    rf"{re.escape(fit_toolkit.__version__)}|\b1\.0\b"
)  # ours, and those of the forms: no number of anybody


def numbers(page: str, decimal: str) -> Counter[str]:
    """Every number that a page says, pictures and what is said of them among it, with a point for its decimal sign."""
    said = VERSION.sub("", html.unescape(NOT_SAID.sub(" ", page)))
    return Counter(found.replace(decimal, ".") for found in re.findall(rf"\d+(?:{re.escape(decimal)}\d+)?", said))


def made(clinic: Clinic, language: str) -> dict[str, Counter[str]]:
    place = clinic.root / language
    wish = Wish(day=clinic.practice.today(), place=place, fmt="html", language=language, pages=("therapist", "client"))
    assert make_batch(clinic.practice, wish, tell=pytest.fail).failed == 0
    decimal = language_of(language).decimal
    return {str(p.relative_to(place)): numbers(p.read_text("utf-8"), decimal) for p in place.rglob("*.html")}


@pytest.mark.parametrize("seed", [3, 11])
def test_a_batch_in_german_has_the_numbers_of_the_one_in_english(tmp_path: Path, seed: int) -> None:
    clinic = random_practice(tmp_path, seed)
    english, german = made(clinic, "en"), made(clinic, "de")
    assert len(english) == 8, "three people with two pages each, the page of the couple, and the page to open"
    assert sum(map(len, english.values())) > 150
    assert {name: (found - english[name], english[name] - found) for name, found in german.items()} == dict.fromkeys(
        english, (Counter(), Counter())
    )


def test_a_number_that_a_language_writes_wrongly_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = random_practice(tmp_path, 3)
    english = made(clinic, "en")

    def wrong(self: Language, message: str, real: Any = Language.gettext) -> str:
        return str(real(self, message)).replace("%(was)s", "%(now)s")

    monkeypatch.setattr(Language, "gettext", wrong)
    assert made(clinic, "de") != english
