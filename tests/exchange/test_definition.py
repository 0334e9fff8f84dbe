from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from fit_toolkit.catalog import load_instrument
from fit_toolkit.errors import UsageError
from fit_toolkit.exchange import Decisions, Settled, definition, findings, remarks, wording
from fit_toolkit.model.instrument import Instrument
from tests.exchange.making import DATA, SAID, choice, fhir, option, redcap, settled

REST = replace(
    SAID, missing_codes=("-99",), values={"a": 0, "b": 1, "c": 2}, answers=(0, 9), reverse=("rest_2", "rest_6")
)


def made(folder: Path, found: Settled, decided: Decisions) -> Instrument:
    """Write the definition, prove it, and read it back."""
    id = decided.id or found.form.name.replace("_", "-")
    text = definition(found, decided)
    assert findings({f"{id}.yaml": text}) == []
    (folder / f"{id}.yaml").write_text(text, encoding="utf-8")
    return load_instrument(folder / f"{id}.yaml")


@pytest.mark.parametrize("method", ["sum", "mean"])
@pytest.mark.parametrize("groups", [False, True])
def test_what_is_made_passes_the_check(tmp_path: Path, method: str, groups: bool) -> None:
    decided = replace(REST, method=method, groups=groups)
    for name, form in (("rest.csv", "rest"), ("rest.json", ""), ("rest-xlsform.csv", "")):
        said = decided if form else replace(decided, reverse=())
        made(tmp_path, settled(DATA / name, said, form), said)


def test_the_scale_says_what_was_said(tmp_path: Path) -> None:
    found = made(tmp_path, settled(DATA / "rest.csv", REST, "rest"), REST)
    scale = found.scale("total")
    assert (found.direction, scale.method, scale.reverse) == ("higher_is_worse", "sum", ("rest_2", "rest_6"))
    assert list(scale.range) == [0, 2 + 2 + 2 + 1 + 100 + 12 + 9]
    assert not scale.missing


def test_groups_become_scales_beside_the_total(tmp_path: Path) -> None:
    decided = replace(SAID, groups=True)
    found = made(tmp_path, settled(DATA / "rest-xlsform.csv", decided), decided)
    assert [(scale.id, scale.items) for scale in found.scales] == [
        ("total", ("rested", "calm", "loud", "bright")), ("nights", ("rested", "calm")), ("days", ("loud", "bright")),
    ]  # fmt: skip


def test_groups_are_named_where_they_are_made_flat() -> None:
    assert "groups in the file: nights, days" in remarks(settled(DATA / "rest-xlsform.csv"))


def test_an_item_that_is_not_scored_belongs_to_no_scale(tmp_path: Path) -> None:
    decided = replace(SAID, unscored=("calm",))
    found = made(tmp_path, settled(DATA / "rest-xlsform.csv", decided), decided)
    assert not found.item("calm").scored
    assert "calm" not in found.scale("total").items


def test_everything_that_stayed_behind_stands_in_the_file_as_a_comment() -> None:
    lines = definition(settled(DATA / "rest.csv", REST, "rest"), REST).splitlines()
    for line in (
        "# left out: rest_name (marked as an identifier)",
        "# calculation, not used: rest_sum = sum([rest_1],[rest_2])",
        "# asked only when, not used: rest_2: [rest_1] > 0",
    ):
        assert line in lines


def test_no_words_of_the_file_stand_in_the_definition() -> None:
    text = definition(settled(DATA / "rest.csv", REST, "rest"), REST)
    for words in ("rested were you", "heavy was the day", "a little, at times"):
        assert words not in text


def test_text_of_the_file_cannot_end_a_comment_or_a_value(tmp_path: Path) -> None:
    evil = 'x"\nid: other\nscales: []\u2028y: 1\x85z'
    item = choice("a", option("x", 0), option('y"}]\nid: other', 1))
    calculated = {
        "linkId": "c\nid: other", "type": "decimal",
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/cqf-expression", "valueExpression": {"expression": evil}}],
    }  # fmt: skip
    file = fhir(tmp_path, item, calculated, title=evil, publisher=evil, copyright=evil, version=evil)
    found = made(tmp_path, settled(file), SAID)
    assert (found.id, len(found.items), found.scales[0].id) == ("form", 1, "total")
    assert found.items[0].options[1].code == 'y"}]\nid: other'


def test_a_licence_notice_of_the_file_is_kept_as_a_note(tmp_path: Path) -> None:
    found = made(tmp_path, settled(DATA / "rest.json"), replace(SAID, id="rest-check"))
    assert (found.licence.holder, found.licence.note) == ("A clinic", "the file says: Free for all.")
    assert (found.licence.status, found.licence.text_included) == ("local", False)


def test_codes_of_loinc_are_kept_with_their_notice() -> None:
    text = definition(settled(DATA / "rest.json"), replace(SAID, id="rest-check"))
    assert 'codes: {loinc: "11111-1"}' in text
    assert "# This material contains content from LOINC" in text


def test_words_are_written_as_a_pack_of_their_own() -> None:
    found = settled(DATA / "rest-xlsform.csv")
    files = {"rest-form.yaml": definition(found, SAID), "wording/en/rest-form.yaml": wording(found, SAID, "our own")}
    assert findings(files) == []
    assert 'text: "How rested were you?"' in files["wording/en/rest-form.yaml"]
    assert 'options: {"0": "never", "1": "at times", "2": "often"}' in files["wording/en/rest-form.yaml"]


def test_words_need_a_language(tmp_path: Path) -> None:
    found = settled(redcap(tmp_path, "a,f,,yesno,Rested?"))
    with pytest.raises(UsageError, match="which language"):
        wording(found, SAID, "our own")
    with pytest.raises(UsageError, match="which language"):
        wording(found, replace(SAID, language="../.."), "our own")


def test_an_item_without_words_makes_no_pack(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no words in the file: b"):
        wording(settled(redcap(tmp_path, "a,f,,yesno,Rested?", "b,f,,yesno,")), replace(SAID, language="en"), "our own")
