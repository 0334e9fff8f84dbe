from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit import catalog
from fit_toolkit.errors import ConfigError, DataError
from tests.catalog.making import write

WORDING = """\
format: fit-wording/1
instrument: demo
version: "{version}"
language: {language}
title: Demo
licence: own
items: {{q1: {{text: One}}, q2: {{text: Two}}, q3: {{text: Three}}}}
"""
NORMS = """\
format: fit-norms/1
id: local
version: "1"
title: Local
kind: local
source: here
norms: [{{instrument: demo, scale: total, mean: 3, sd_between: 1, sd_within: 1{more}}}]
"""


def with_wording(folder: Path, language: str = "en", version: str = "1") -> None:
    place = folder / "wording" / language
    place.mkdir(parents=True)
    (place / "demo.yaml").write_text(WORDING.format(language=language, version=version))


def with_norms(folder: Path, more: str = "") -> Path:
    (folder / "norms").mkdir()
    file = folder / "norms" / "local.yaml"
    file.write_text(NORMS.format(more=more))
    return file


def test_a_folder_gives_its_instruments_wordings_and_norms(tmp_path: Path) -> None:
    write(tmp_path)
    with_wording(tmp_path)
    with_norms(tmp_path)
    found = catalog.build([tmp_path, tmp_path / "nowhere"])
    assert (found.ids(), found.languages("demo"), tuple(found.norm_files)) == (("demo",), ("en",), ("local",))
    assert found.get("demo") is found.get("demo")
    assert found.norms("local").norms[0].mean == 3
    wording = found.wording("demo", "en-GB")
    assert wording is not None
    assert wording.items["q1"].text == "One"
    assert found.wording("demo", "de") is None
    assert "demo" in found
    assert [each.id for each in found] == ["demo"]


def test_an_unknown_id_is_refused_with_the_nearest(tmp_path: Path) -> None:
    write(tmp_path)
    found = catalog.build([tmp_path])
    with pytest.raises(DataError, match="did you mean 'demo'"):
        found.get("dmeo")
    with pytest.raises(DataError, match="there are none yet"):
        found.norms("local")


@pytest.mark.parametrize("id", ["../demo", "/etc/passwd", "demo.yaml", ""])
def test_an_id_never_becomes_a_path(tmp_path: Path, id: str) -> None:
    write(tmp_path)
    with pytest.raises(DataError):
        catalog.build([tmp_path]).get(id)


def test_two_files_of_one_id_are_an_error_that_names_both(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(tmp_path / name)
    with pytest.raises(ConfigError, match=r"instrument 'demo'.*one.*two"):
        catalog.build([tmp_path / "one", tmp_path / "two"])


def test_a_practice_cannot_replace_a_bundled_instrument_unseen(tmp_path: Path) -> None:
    write(tmp_path, ("id: demo", "id: phq-9"), name="phq-9.yaml")
    with pytest.raises(ConfigError, match="phq-9"):
        catalog.build([catalog.bundled(), tmp_path])


def test_a_practice_can_add_the_words_of_a_bundled_instrument(tmp_path: Path) -> None:
    place = tmp_path / "wording" / "en"
    place.mkdir(parents=True)
    items = ", ".join(f"q{n}: {{text: line {n}}}" for n in range(1, 5))
    text = WORDING.replace("demo", "ors").format(language="en", version="1.0")
    (place / "ors.yaml").write_text(text[: text.index("items:")] + f"items: {{{items}}}\n")
    found = catalog.build([catalog.bundled(), tmp_path])
    assert found.wording("ors", "en") is not None
    assert catalog.build([catalog.bundled()]).wording("ors", "en") is None


def test_words_of_another_version_or_place_are_refused(tmp_path: Path) -> None:
    write(tmp_path)
    with_wording(tmp_path, version="2")
    with pytest.raises(ConfigError, match="version 2"):
        catalog.build([tmp_path]).wording("demo", "en")
    other = tmp_path / "wording" / "de"
    other.mkdir()
    (other / "demo.yaml").write_text(WORDING.format(language="en", version="1"))
    with pytest.raises(ConfigError, match="language 'en'"):
        catalog.build([tmp_path]).wording("demo", "de")


def test_a_single_file_can_be_given(tmp_path: Path) -> None:
    assert catalog.build([write(tmp_path)]).ids() == ("demo",)


def test_one_faulty_file_does_not_hide_the_others(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "broken.yaml").write_text("id: [")
    found = catalog.build([tmp_path])
    assert found.get("demo").id == "demo"
    with pytest.raises(ConfigError, match=r"broken\.yaml"):
        found.get("broken")


def test_the_hash_follows_what_decides_a_score_and_nothing_else(tmp_path: Path) -> None:
    def of(*changes: tuple[str, str]) -> str:
        return catalog.definition_hash(catalog.load_instrument(write(tmp_path, *changes), allow_findings=True))

    base = of()
    assert of(("title: Demo", "title: Another"), ("text: a book", "text: the book")) == base
    assert of(("{id: q1, range", "{id: q1, label: one, range")) == base
    for old, new in (
        ('version: "1"', 'version: "2"'),
        ("reverse: [q2]", "reverse: [q1]"),
        ("{id: q1, range: [0, 3]}", "{id: q1, range: [0, 4]}"),
        ("direction: higher_is_worse", "direction: higher_is_better"),
        ("value: 1, meaning", "value: 2, meaning"),
        ("reverse: [q2]", "missing: {min_answered: 1, prorate: true}"),
        ("- id: main\n        source: book", "- id: main\n        source: book\n        verified: true"),
    ):
        assert of((old, new)) != base, new


def test_alpha_is_refused_as_a_reliability_of_change(tmp_path: Path) -> None:
    with_norms(tmp_path, more=", reliability: 0.9, reliability_kind: alpha")
    with pytest.raises(ConfigError, match="session, test-retest"):
        catalog.build([tmp_path]).norms("local")


def test_wordings_are_checked_against_their_definition(tmp_path: Path) -> None:
    ways = ("{id: q1, range: [0, 3]}", "{id: q1, range: [0, 3], ways_out: [does-not-fit]}")
    options = ("{id: q2, range: [0, 3]}", "{id: q2, options: [{value: 0, code: a}, {value: 3, code: b}]}")
    instrument = catalog.load_instrument(write(tmp_path, ways, options))
    file = tmp_path / "words.yaml"
    text = WORDING.format(language="en", version="2").replace("q3: {text: Three}", "q8: {text: Eight}")
    file.write_text(text)
    found = [finding.code for finding in catalog.read_wording(file, instrument).findings]
    assert sorted(found) == ["FI301", "FI302", "FI303", "FI304", "FI305"]
