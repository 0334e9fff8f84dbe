"""The library that a plugin lacks, and the extra of the toolkit that brings it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from fit_toolkit.engine.extras import EXTRAS, missing_library

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_every_extra_that_brings_a_library_is_known() -> None:
    extras = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    brings = {
        re.split(r"[^A-Za-z0-9_.-]", needed)[0]: extra for extra in extras for needed in extras[extra] if extra != "dev"
    }
    assert brings == EXTRAS


@pytest.mark.parametrize(
    ("name", "what", "hint"),
    [
        ("openpyxl.utils", "the reader x needs openpyxl", "pip install 'fit-toolkit[excel]'"),
        ("parse_it", "the reader x needs parse_it", "install it beside the toolkit, then try again"),
        (None, "the reader x needs a library", "install it beside the toolkit, then try again"),
    ],
)
def test_the_line_to_type_is_given_where_an_extra_brings_it(name: str | None, what: str, hint: str) -> None:
    error = missing_library(ModuleNotFoundError("anything", name=name), "the reader x", "a.csv")
    assert (error.what, error.hint, error.where) == (f"{what}, which is not installed", hint, "a.csv")
