"""Pseudonyms at the door: the same person the same code, nobody else's, and the key nowhere near the practice."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.errors import ConfigError, DataError
from fit_toolkit.intake.identity import FORM, Pseudonyms, make_key, read_key
from fit_toolkit.model.people import is_code

KEY = Pseudonyms(bytes(range(32)))


def test_a_pseudonym_is_what_it_always_was() -> None:
    assert KEY.of("MRN-4711") == "kdjz79d0gtxxm"


@pytest.mark.parametrize("text", [" mrn-4711", "MRN-4711\t", "ｍｒｎ-4711"])
def test_blanks_capitals_and_widths_make_no_difference(text: str) -> None:
    assert KEY.of(text) == KEY.of("MRN-4711")


@given(st.text(max_size=20))
def test_a_pseudonym_is_a_code_and_its_own_pseudonym(text: str) -> None:
    made = KEY.of(text)
    assert made == "" if not text.strip() else is_code(made) and FORM.fullmatch(made)
    assert KEY.of(made.upper()) == made


def test_another_key_gives_other_pseudonyms_and_does_not_know_these() -> None:
    other = Pseudonyms(bytes(32))
    assert other.of("A") != KEY.of("A")
    assert not other.is_own(KEY.of("A"))
    assert other.mark != KEY.mark


def test_two_people_who_would_be_one_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Pseudonyms(bytes(32))
    monkeypatch.setattr(names, "_characters", lambda *_: "0")
    names.of("A")
    with pytest.raises(DataError, match="same pseudonym") as caught:
        names.of("Berta")
    assert "berta" not in str(caught.value).casefold()


def test_a_key_is_made_once_readable_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "key"
    make_key(file, tmp_path / "practice")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    with pytest.raises(ConfigError, match="already"):
        make_key(file)
    assert file.read_bytes() == before
    assert read_key(file).of("A") == read_key(file).of("a")


def test_a_key_in_the_practice_is_refused_also_behind_a_link(tmp_path: Path) -> None:
    practice = tmp_path / "practice"
    practice.mkdir()
    with pytest.raises(ConfigError, match="must not lie in the practice"):
        make_key(practice / "key", practice)
    make_key(practice / "key")
    (tmp_path / "link").symlink_to(practice / "key")
    with pytest.raises(ConfigError, match="must not lie in the practice"):
        read_key(tmp_path / "link", practice)


@pytest.mark.parametrize("text", ["", "00" * 31, "zz" * 32, "k" * 64])
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="no key of pseudonyms"):
        read_key(file)


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(ConfigError, match="others may read"):
        read_key(tmp_path / "key")


def test_a_key_that_is_not_there_says_how_one_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--new-key"):
        read_key(tmp_path / "none")
