from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit import catalog
from fit_toolkit.errors import ConfigError, DataError
from tests.catalog.making import write


def found(folder: Path, *changes: tuple[str, str], name: str = "demo.yaml") -> list[str]:
    file = write(folder, *changes, name=name)
    return [str(finding).removeprefix(f"{file}:") for finding in catalog.check_file(file)]


def codes(folder: Path, *changes: tuple[str, str]) -> list[str]:
    return [finding.split(" ")[1] for finding in found(folder, *changes)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("value: 1", "value: 1,5"), "unknown key '5'; are these decimals? they come after a point"),
        (("value: 1", 'value: "1,5"'), "expected a number, got text; its decimals come after a point"),
        (("value: 1", "value: \u201c1\u201d"), 'expected a number, got text; use straight quotes: "..."'),
        (('"1"', "\u201c1\u201d"), 'these quotes are part of the text; use straight quotes: "..."'),
        (("title: Demo", "title: \u201eDemo\u201c"), 'these quotes are part of the text; use straight quotes: "..."'),
        (("text_included: false", "text_included: no"), "expected true or false, got text"),
    ],
)
def test_what_people_write_in_another_language_is_told_without_names_of_types(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    assert any(finding.endswith(said) for finding in found(tmp_path, change))


def test_quotes_within_a_title_are_its_own(tmp_path: Path) -> None:
    assert found(tmp_path, ("title: Demo", "title: Demo \u201cA\u201d")) == []
    assert found(tmp_path, ("title: Demo", "title: \u201cA\u201d and \u201cB\u201d")) == []


def test_the_name_of_a_file_where_an_id_is_due_is_understood(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(DataError, match=r"there is no instrument 'instruments/demo.yaml' \(did you mean 'demo'\?\)"):
        catalog.build([tmp_path]).get("instruments/demo.yaml")


def test_a_good_file_has_no_findings(tmp_path: Path) -> None:
    assert found(tmp_path) == []
    assert catalog.load_instrument(tmp_path / "demo.yaml").id == "demo"


def test_all_findings_are_listed_in_the_order_of_the_file(tmp_path: Path) -> None:
    listed = found(
        tmp_path,
        ('version: "1"', "version: 1.0"),
        ("title: Demo", "titel: Demo"),
        ("direction: higher_is_worse\n", ""),
        ("range: [0, 3]}", "range: [0, 3], stepp: 1}"),
        ('operator: ">=", value: 1', "operator: is, value: x"),
    )
    assert listed == [
        "1:1 FI103 'direction' is missing (one of: higher_is_better, higher_is_worse)",
        "1:1 FI103 'title' is missing",
        "3:10 FI104 expected text, got a number; put it in quotes",
        "4:1 FI102 unknown key 'titel'; did you mean 'title'?",
        "10:29 FI102 unknown key 'stepp'; did you mean 'step'?",
        "25:38 FI104 invalid enum value 'is' (one of: <, <=, >=, >)",
        "25:49 FI104 expected a number, got text",
    ]


def test_what_was_plainly_meant_does_not_hide_the_rest(tmp_path: Path) -> None:
    file = write(
        tmp_path, ('version: "1"', "version: 1.10"), ("reverse: [q2]", "revers: [q3]"), ("item: q3", "item: q9"),
        ("title: Demo", "title: Demo\ncolour: red"),
    )  # fmt: skip
    assert [finding.code for finding in catalog.check_file(file)] == ["FI104", "FI102", "FI220", "FI102", "FI230"]
    with pytest.raises(ConfigError, match="FI104"):
        catalog.load_instrument(file, allow_findings=True)


def test_a_wrong_shape_is_named_at_its_place(tmp_path: Path) -> None:
    assert codes(
        tmp_path, ("licence: {status: open, electronic_use: allowed, text_included: false}", "licence: open")
    ) == ["FI101"]
    assert codes(tmp_path, ("raters: [client]", "raters: client")) == ["FI104"]
    assert codes(tmp_path, ("raters: [client]", "raters: []")) == ["FI104"]
    assert codes(tmp_path, ("raters: [client]", "raters: [patient]")) == ["FI104"]
    assert codes(tmp_path, ("format: fit-instrument/1", "format: fit-instrument/9")) == ["FI104"]


def test_the_file_name_is_the_id(tmp_path: Path) -> None:
    listed = found(tmp_path, name="other.yaml")
    assert [line.split(" ")[1] for line in listed] == ["FI201"]


@pytest.mark.parametrize("id", ["../demo", "Demo", "de mo", "demo/x", "-demo", "demo-", "..", "de.mo", "dé"])
def test_an_id_that_could_lead_elsewhere_is_refused(tmp_path: Path, id: str) -> None:
    assert "FI104" in codes(tmp_path, ("id: demo", f'id: "{id}"'))


def test_a_name_that_windows_reserves_is_refused(tmp_path: Path) -> None:
    assert "FI202" in codes(tmp_path, ("id: demo", "id: con"))


BANDS = "bands: [{low: 0, high: 2, label: low}, {low: 3, high: 6, label: high}]"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("direction: higher_is_worse", "direction: higher_is_worse\ncounterpart: demo", "FI203"),
        ("id: q2,", "id: q1,", "FI204"),
        ("{id: q3, range: [0, 3], scored: false}", "{id: q3, type: text, range: [0, 3]}", "FI205"),
        ("{id: q1, range: [0, 3]}", "{id: q1, option_set: nothing}", "FI206"),
        ("{id: q1, range: [0, 3]}", "{id: q1, type: choice}", "FI206"),
        ("{id: q1, range: [0, 3]}", "{id: q1, options: [{value: 0}]}", "FI206"),
        ("{id: q1, range: [0, 3]}", "{id: q1}", "FI207"),
        ("{id: q1, range: [0, 3]}", "{id: q1, range: [0, 3], options: [{value: 0}, {value: 3}]}", "FI208"),
        ("{id: q1, range: [0, 3]}", "{id: q1, range: [3, 0]}", "FI209"),
        ("{id: q1, range: [0, 3]}", "{id: q1, range: [0, 3.0000001]}", "FI210"),
        ("{id: q1, range: [0, 3]}", "{id: q1, range: [0, 3], step: 2}", "FI211"),
        ("{id: q1, range: [0, 3]}", "{id: q1, options: [{value: 0, code: a}, {value: 3, code: a}]}", "FI212"),
        ("{id: q1, range: [0, 3]}", '{id: q1, options: [{value: 0, code: "3"}, {value: 3, code: "4"}]}', "FI212"),
        ("{id: q1, range: [0, 3]}", "{id: q1, range: [0, 3], scored: false}", "FI213"),
        ("range: [0, 3], scored: false", "range: [0, 3]", "FI214"),
        ("- id: total", "- id: sum", "FI215"),
        ("direction: higher_is_worse", "direction: higher_is_worse\ntotals_only: true", "FI216"),
        ("    items: [q1, q2]\n    reverse: [q2]\n", "", "FI218"),
        ("items: [q1, q2]", "items: [q1, q2, q7]", "FI219"),
        ("items: [q1, q2]", "items: [q1, q2, q2]", "FI219"),
        ("reverse: [q2]", "reverse: [q3]", "FI220"),
        ("reverse: [q2]", "method: weighted", "FI221"),
        ("reverse: [q2]", "method: weighted\n    weights: {q1: 1}", "FI221"),
        ("reverse: [q2]", "method: lookup", "FI221"),
        ("reverse: [q2]", "method: plugin", "FI221"),
        ("reverse: [q2]", "rule: own", "FI221"),
        ("reverse: [q2]", "parameters: {a: 1}", "FI221"),
        ("reverse: [q2]", "missing: {min_answered: 1, prorate: false}", "FI222"),
        ("reverse: [q2]", "missing: {min_answered: 3, prorate: true}", "FI222"),
        ("reverse: [q2]", "missing: {min_answered: 1, prorate: true, may_miss: [q3]}", "FI222"),
        ("{id: q1, range: [0, 3]}", "{id: q1, range: [0, 3], asked: {sessions: [1]}}", "FI222"),
        ("range: [0, 6]", "range: [0, 7]", "FI223"),
        ("reverse: [q2]", "method: mean", "FI223"),
        ("value: 4,", "value: 9,", "FI225"),
        ("validation: {status: unknown}", "validation: {status: unvalidated}", "FI226"),
        (BANDS, "bands: [{low: 0, high: 3, label: low}, {low: 3, high: 6, label: high}]", "FI227"),
        (BANDS, "bands: [{low: 2, high: 0, label: low}, {low: 3, high: 6, label: high}]", "FI227"),
        (BANDS, "bands: [{low: 0, high: 2, label: low}, {low: 4, high: 6, label: high}]", "FI228"),
        (BANDS, "bands: [{low: 1, high: 2, label: low}, {low: 3, high: 6, label: high}]", "FI228"),
        (BANDS, "bands: [{low: 0, high: 2, label: low}, {low: 3, high: 5, label: high}]", "FI228"),
        ("item: q3,", "item: q9,", "FI230"),
        ("value: 1, meaning", "value: 0, meaning", "FI231"),
        ("value: 1, meaning", "value: 4, meaning", "FI231"),
        ("sources:\n", "skips: [{when: [q1], equals: 0, items: [q8], count_as: 0, source: book}]\nsources:\n", "FI233"),
        ("sources:\n", "skips: [{when: [q1], equals: 0, items: [q1], count_as: 0, source: book}]\nsources:\n", "FI234"),
        ("sources:\n", "skips: [{when: [q1], equals: 0, items: [q2], count_as: 7, source: book}]\nsources:\n", "FI235"),
        ("label: line, source: book", "label: line, source: book+memory", "FI240"),
        ("meaning: danger, source: book", "meaning: danger, source: hearsay", "FI240"),
        ("given: {q1: 3,", "given: {q1: 3, q9: 0,", "FI250"),
        ("expect: {total: 6}", "expect: {total: 6, sum: 6}", "FI250"),
        ("expect: {total: 6}", "expect: {total: null}", "FI251"),
    ],
)
def test_each_fault_is_found_and_found_at_a_line(tmp_path: Path, old: str, new: str, code: str) -> None:
    listed = found(tmp_path, (old, new))
    assert code in [line.split(" ")[1] for line in listed], listed
    assert all(int(line.split(":")[0]) >= 1 for line in listed)


def test_same_day_only_needs_a_risk_item(tmp_path: Path) -> None:
    risk = '  - {id: danger, item: q3, operator: ">=", value: 1, meaning: danger, source: book}\n'
    changes = (("risk:\n" + risk, ""), ("raters: [client]", "raters: [client]\nsame_day_only: true"))
    assert codes(tmp_path, *changes) == ["FI232"]


def test_a_table_has_to_list_every_raw_value(tmp_path: Path) -> None:
    rows = ", ".join(f"{{raw: {raw}, value: {raw}}}" for raw in (0, 1, 2, 4, 5, 6))
    assert "FI224" in codes(tmp_path, ("reverse: [q2]", f"method: lookup\n    table: [{rows}]"))


def test_bands_of_a_mean_touch_without_a_gap(tmp_path: Path) -> None:
    changes = [("reverse: [q2]", "method: mean"), ("range: [0, 6]", "range: [0, 3]"), ("value: 4,", "value: 2,")]
    touching = "bands: [{low: 0, high: 1.5, label: low}, {low: 1.5, high: 3, label: high}]"
    assert codes(tmp_path, *changes, (BANDS, touching), ("expect: {total: 6}", "expect: {total: 1.5}")) == []
    apart = "bands: [{low: 0, high: 1, label: low}, {low: 2, high: 3, label: high}]"
    assert codes(tmp_path, *changes, (BANDS, apart)) == ["FI228"]


def test_option_sets_are_put_in_place(tmp_path: Path) -> None:
    change = ("{id: q1, range: [0, 3]}", "{id: q1, option_set: often}")
    lists = ("scales:\n", "option_sets:\n  often: [{value: 0, code: never}, {value: 3, code: always}]\nscales:\n")
    item = catalog.load_instrument(write(tmp_path, change, lists)).item("q1")
    assert (item.type, [option.code for option in item.options]) == ("choice", ["never", "always"])


def test_loading_a_faulty_file_is_refused_with_place_and_count(tmp_path: Path) -> None:
    file = write(tmp_path, ("range: [0, 6]", "range: [0, 7]"), ("item: q3,", "item: q9,"))
    with pytest.raises(ConfigError) as caught:
        catalog.load_instrument(file)
    assert str(caught.value).startswith(f"{file}:18:12: FI223")
    assert "fit instruments check" in str(caught.value)
    assert catalog.load_instrument(file, allow_findings=True).id == "demo"


def test_a_file_that_does_not_fit_is_never_let_through(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="FI103"):
        catalog.load_instrument(write(tmp_path, ("title: Demo\n", "")), allow_findings=True)


def test_a_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        catalog.load_instrument(tmp_path / "none.yaml")


def test_json_is_yaml_too(tmp_path: Path) -> None:
    import msgspec

    from fit_toolkit.catalog.yaml import read

    data = read(write(tmp_path).read_bytes(), "demo.yaml").data
    (tmp_path / "demo.json").write_bytes(msgspec.json.encode(data))
    assert catalog.load_instrument(tmp_path / "demo.json") == catalog.load_instrument(tmp_path / "demo.yaml")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("status: open,", "status: opne,", "8:19 FI104"),
        ("direction: higher_is_worse\n", "", "1:1 FI103"),
        ("construct: symptoms", "construct: mood", "5:12 FI104"),
        ("raters: [client]", "raters: []", "6:9 FI104"),
        ("validation: {status: unknown}", "validation: {}", "9:13 FI103"),
        ("title: Demo", "title: Demo\nmain_scale: No Slug", "5:13 FI104"),
        ("licence: {status: open, electronic_use: allowed, text_included: false}", "licence: open", "8:10 FI101"),
    ],
)
def test_what_is_wrong_at_the_head_does_not_hide_what_is_wrong_below(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    listed = found(tmp_path, (old, new), ("item: q3", "item: q9"), ("range: [0, 6]", "range: [0, 7]"))
    assert [each.split(" ")[1] for each in listed if "FI10" not in each] == ["FI223", "FI228", "FI230"]
    assert next(each for each in listed if "FI10" in each).startswith(place)


def test_a_faulty_head_is_never_let_through(tmp_path: Path) -> None:
    write(tmp_path, ("status: open,", "status: opne,"))
    with pytest.raises(ConfigError, match="FI104"):
        catalog.load_instrument(tmp_path / "demo.yaml", allow_findings=True)
