from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from fit_toolkit import catalog
from fit_toolkit.practice import set_up
from tests.catalog.making import write
from tests.instruments.conftest import Fit


def test_list_needs_no_practice(fit: Fit) -> None:
    code, out, _ = fit("instruments", "list", "--format", "json")
    listed = json.loads(out)
    assert (code, listed["schema"]) == (0, "fit/instruments/1")
    row = next(each for each in listed["instruments"] if each["id"] == "ors")
    assert (row["electronic_use"], row["languages"], row["items"]) == ("licence-required", [], 4)


def test_list_tells_of_a_faulty_file_and_lists_the_rest(fit: Fit, tmp_path: Path) -> None:
    practice = set_up(tmp_path / "practice")
    write(practice / "instruments", ("range: [0, 6]", "range: [0, 7]"))
    code, out, err = fit("--practice", str(practice), "instruments", "list", "--format", "csv")
    assert code == 4
    assert "phq-9" in out
    assert "demo.yaml:18:12" in err


def test_show_tells_items_lines_sources_and_risk(fit: Fit) -> None:
    code, out, _ = fit("instruments", "show", "phq-9")
    assert code == 0
    for part in ("q9", ">= 10", "15-19 moderately severe", "OpenScales", "thoughts of death or self-harm"):
        assert part in out


def test_show_marks_what_was_not_verified(fit: Fit) -> None:
    _, out, _ = fit("instruments", "show", "gad-7")
    assert "not verified, drives nothing" in out


def test_show_gives_the_whole_record_as_json(fit: Fit) -> None:
    _, out, _ = fit("instruments", "show", "arriving-today", "--format", "json")
    shown = json.loads(out)
    assert (shown["schema"], shown["instrument"]["id"], len(shown["hash"])) == (
        "fit/instrument/1",
        "arriving-today",
        64,
    )


def test_show_of_an_unknown_id_names_the_nearest(fit: Fit) -> None:
    code, _, err = fit("instruments", "show", "phq9")
    assert code == 3
    assert "phq-9" in err


def test_check_lists_everything_and_ends_with_3(fit: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, ("range: [0, 6]", "range: [0, 7]"), ("item: q3,", "item: q9,"))
    code, out, err = fit("instruments", "check", str(file))
    assert code == 3
    assert out.splitlines()[0].startswith(f"{file}:18:12 FI223 the items of 'total' reach 0 to 6")
    assert [line.split(" ")[1] for line in out.splitlines()] == ["FI223", "FI228", "FI230"]
    assert "1 file checked, 3 found" in err


def test_check_runs_the_worked_tests(fit: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, ("expect: {total: 6}", "expect: {total: 5}"))
    code, out, _ = fit("instruments", "check", str(file))
    assert (code, out) == (3, f"{file}:30:45 FI401 test 1: 'total' gave 6, not 5\n")


def test_check_of_good_files_says_nothing_on_stdout(fit: Fit) -> None:
    code, out, err = fit("instruments", "check", str(catalog.bundled()))
    assert (code, out) == (0, "")
    assert "0 found" in err


def test_check_takes_ids_and_without_any_checks_what_is_ones_own(fit: Fit, tmp_path: Path) -> None:
    practice = set_up(tmp_path / "practice")
    write(practice / "instruments", ("range: [0, 6]", "range: [0, 7]"))
    assert fit("instruments", "check", "phq-9", "gad-7")[::2] == (0, "2 files checked, 0 found\n")
    code, out, err = fit("--practice", str(practice), "instruments", "check")
    assert (code, "demo.yaml:18:12" in out, "1 file checked" in err) == (3, True, True)
    assert fit("instruments", "check")[0] == 2
    assert fit("instruments", "check", "nothing.yaml")[0] == 3


def test_check_gives_findings_as_data(fit: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, ("value: 4,", "value: 9,"))
    code, out, _ = fit("instruments", "check", str(file), "--format", "json")
    assert code == 3
    (finding,) = json.loads(out)["findings"]
    assert (finding["line"], finding["code"]) == (20, "FI225")


def test_check_reads_wordings_and_norms_too(fit: Fit, tmp_path: Path) -> None:
    words = tmp_path / "words.yaml"
    words.write_text(
        'format: fit-wording/1\ninstrument: nowhere\nversion: "1"\nlanguage: en\ntitle: T\nlicence: L\nitems: {}\n'
    )
    norms = tmp_path / "norms.yaml"
    norms.write_text(
        'format: fit-norms/1\nid: local\nversion: "1"\ntitle: T\nkind: local\nsource: here\n'
        "norms:\n  - {instrument: phq-9, scale: totl, mean: 9, sd_between: 4, sd_within: 2, n_clients: 12}\n"
    )
    code, out, _ = fit("instruments", "check", str(words), str(norms))
    assert code == 3
    assert [line.split(" ")[1] for line in out.splitlines()] == ["FI300", "FI310", "FI302"]


def test_check_names_a_scoring_rule_that_is_not_there(fit: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, ("reverse: [q2]", "method: plugin\n    rule: maen\n    step: 1"))
    code, out, _ = fit("instruments", "check", str(file))
    assert code == 3
    assert f"{file}:18:11 FI403" in out
    assert "did you mean 'mean'" in out


def test_check_says_why_a_worked_test_gave_no_score(fit: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, ("given: {q1: 3, q2: 0}", "given: {q1: 3}"))
    _, out, _ = fit("instruments", "check", str(file))
    assert "gave no score (1 answered, 2 needed), not 6" in out


def test_check_finds_words_that_lie_where_nobody_looks(fit: Fit, tmp_path: Path) -> None:
    file = tmp_path / "wording" / "fr" / "arriving-today.yaml"
    file.parent.mkdir(parents=True)
    file.write_bytes(catalog.bundled().joinpath("wording", "en", "arriving-today.yaml").read_bytes())
    code, out, _ = fit("instruments", "check", str(file))
    assert code == 3
    assert "FI306 the file belongs at wording/en/arriving-today.yaml" in out


def test_schema_is_json(fit: Fit, tmp_path: Path) -> None:
    code, out, _ = fit("instruments", "schema")
    assert (code, json.loads(out)["title"]) == (0, "fit-toolkit instrument file")
    fit("instruments", "schema", "wording", "-o", "wording.json")
    assert json.loads((tmp_path / "wording.json").read_text())["title"] == "fit-toolkit wording file"


def test_test_runs_all_or_some(fit: Fit) -> None:
    code, out, _ = fit("instruments", "test", "arriving-today", "--format", "json")
    assert code == 0
    assert json.loads(out)["tests"] == [{"instrument": "arriving-today", "tests": 5, "failed": 0, "what": []}]


def test_test_ends_with_3_when_a_score_comes_out_otherwise(fit: Fit, tmp_path: Path) -> None:
    practice = set_up(tmp_path / "practice")
    write(practice / "instruments", ("expect: {total: 6}", "expect: {total: 5}"))
    code, out, _ = fit("--practice", str(practice), "instruments", "test", "demo")
    assert code == 3
    assert "'total' gave 6, not 5" in out


NEW = ("instruments", "new", "own-form", "--totals", "--range", "0,63", "--direction", "higher_is_worse")


def test_new_writes_a_totals_only_definition_that_passes_the_check(fit: Fit, tmp_path: Path) -> None:
    practice = set_up(tmp_path / "practice")
    code, out, err = fit(
        "--practice", str(practice), *NEW, "--title", "Own: form", "--cutoff", ">= 14", "--source", "manual"
    )
    assert (code, out) == (0, "")
    assert "own-form.yaml" in err
    file = practice / "instruments" / "own-form.yaml"
    assert fit("--practice", str(practice), "instruments", "check", str(file))[0] == 0
    made = catalog.load_instrument(file)
    assert (made.totals_only, made.title, made.direction) == (True, "Own: form", "higher_is_worse")
    (cutoff,) = made.watchable("total").cutoffs
    assert (cutoff.operator, cutoff.value) == (">=", 14)
    assert made.cite(cutoff.source) == "manual"
    assert file.read_text().startswith("#")


def test_new_with_items_passes_the_check_as_well(fit: Fit, tmp_path: Path) -> None:
    arguments = ("--items", "5", "--answers", "1,5", "--direction", "higher_is_better", "-o", str(tmp_path))
    assert fit("instruments", "new", "own-five", *arguments)[0] == 0
    made = catalog.load_instrument(tmp_path / "own-five.yaml")
    assert (len(made.items), made.scale("total").range) == (5, (5, 25))


def test_new_overwrites_nothing_and_takes_no_id_twice(fit: Fit, tmp_path: Path) -> None:
    (tmp_path / "own-form.yaml").write_text("mine")
    code, _, err = fit(*NEW, "-o", str(tmp_path))
    assert (code, (tmp_path / "own-form.yaml").read_text()) == (3, "mine")
    assert "not overwritten" in err
    taken = [*NEW]
    taken[2] = "phq-9"
    assert fit(*taken, "-o", str(tmp_path))[0] == 3


def test_new_with_dry_run_only_prints(fit: Fit, tmp_path: Path) -> None:
    code, out, _ = fit(*NEW, "-o", str(tmp_path), "--dry-run")
    assert code == 0
    assert "totals_only: true" in out
    assert list(tmp_path.glob("*.yaml")) == []


@pytest.mark.parametrize("id", ["../own", "Own", "own form", "con"])
def test_new_refuses_an_id_that_cannot_be_a_file_name(fit: Fit, tmp_path: Path, id: str) -> None:
    arguments = [*NEW]
    arguments[2] = id
    code, _, _ = fit(*arguments, "-o", str(tmp_path / "x"))
    assert code == 3
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--totals", "--direction", "higher_is_worse"),
        ("--totals", "--range", "63,0", "--direction", "higher_is_worse"),
        ("--totals", "--range", "0,63"),
        ("--items", "3", "--direction", "higher_is_worse"),
        ("--totals", "--range", "0,63", "--direction", "higher_is_worse", "--cutoff", "14", "--source", "manual"),
        ("--totals", "--range", "0,63", "--direction", "higher_is_worse", "--cutoff", ">=14"),
    ],
)
def test_new_says_what_is_missing(fit: Fit, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert fit("instruments", "new", "own-form", *arguments, "-o", str(tmp_path))[0] == 2


def test_new_without_a_practice_asks_where(fit: Fit) -> None:
    code, _, err = fit(*NEW)
    assert code == 5
    assert "--output" in err


SCALED = (
    "instruments", "new", "own-six", "--items", "6", "--answers", "0,4", "--direction", "higher_is_better",
    "--reverse", "q2,q5", "--scale", "bond=q1-q3", "--scale", "task=q4,q5,q6", "--facet", "trust=q1,q4",
    "--status", "permission", "--holder", 'A "holder"',
)  # fmt: skip


def test_new_with_scales_passes_check_and_test_as_it_is(fit: Fit, tmp_path: Path) -> None:
    practice = set_up(tmp_path / "practice")
    code, out, err = fit("--practice", str(practice), *SCALED)
    file = practice / "instruments" / "own-six.yaml"
    assert (code, out) == (0, "")
    assert f"fit instruments check {file}" in err
    assert fit("--practice", str(practice), "instruments", "check", str(file))[:2] == (0, "")
    code, out, _ = fit("--practice", str(practice), "instruments", "test", "own-six", "--format", "json")
    assert (code, json.loads(out)["tests"][0]["tests"]) == (0, 2)
    made = catalog.load_instrument(file)
    assert [(scale.id, scale.items, scale.reverse) for scale in made.scales] == [
        ("bond", ("q1", "q2", "q3"), ("q2",)), ("task", ("q4", "q5", "q6"), ("q5",))
    ]  # fmt: skip
    assert (made.main_scale, made.licence.holder, made.item("q4").facet) == ("bond", 'A "holder"', "trust")


def test_a_turned_item_that_is_not_turned_fails_the_test_new_writes(fit: Fit, tmp_path: Path) -> None:
    assert fit(*SCALED, "-o", str(tmp_path))[0] == 0
    file = tmp_path / "own-six.yaml"
    file.write_text(file.read_text().replace("    reverse: [q5]", "    # [q5]"))
    code, out, _ = fit("instruments", "check", str(file))
    assert code == 3
    assert "FI401" in out


def test_the_schema_lies_beside_the_file_and_is_no_definition(fit: Fit, tmp_path: Path) -> None:
    practice = set_up(tmp_path / "practice")
    fit("--practice", str(practice), *SCALED)
    folder = practice / "instruments"
    first = (folder / "own-six.yaml").read_text().splitlines()[0]
    schema = folder / first.removeprefix("# yaml-language-server: $schema=")
    assert json.loads(schema.read_text())["title"] == "fit-toolkit instrument file"
    assert fit("--practice", str(practice), "instruments", "list")[0] == 0
    assert "1 file checked" in fit("--practice", str(practice), "instruments", "check", str(folder))[2]


def test_items_in_no_scale_are_said_not_to_be_scored(fit: Fit, tmp_path: Path) -> None:
    arguments = ("--items", "3", "--answers", "0,4", "--direction", "higher_is_better", "--scale", "bond=q1,q2")
    assert fit("instruments", "new", "own-six", *arguments, "-o", str(tmp_path))[0] == 0
    assert not catalog.load_instrument(tmp_path / "own-six.yaml").item("q3").scored


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--items", "3"), "--answers, --direction"),
        (("--totals",), "--range, --direction"),
        (("--totals", "--range", "0,9", "--items", "3", "--direction", "higher_is_worse"), "--totals has no items"),
        (("--items", "3", "--answers", "0,4", "--direction", "higher_is_worse", "--reverse", "q4"), "no item 'q4'"),
        (("--items", "3", "--answers", "0,4", "--direction", "higher_is_worse", "--scale", "q1"), "bond=q3-q6"),
    ],
)
def test_new_names_the_flags_where_nobody_can_be_asked(
    fit: Fit, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    code, _, err = fit("instruments", "new", "own-form", *arguments, "-o", str(tmp_path))
    assert code == 2
    assert says in err
    assert list(tmp_path.glob("*.yaml")) == []


class Terminal(io.StringIO):
    """Somebody typing."""

    def isatty(self) -> bool:
        return True


def test_new_asks_at_a_terminal_for_what_was_not_said(
    fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        "The form",
        "y",
        "four",
        "4",
        "0,3",
        "higher_is_worse",
        "",
        "q9",
        "q2",
        "low=q1-q2",
        "",
        "free",
        "Somebody",
    ]
    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))
    code, out, err = fit("instruments", "new", "own-form", "-o", str(tmp_path))
    assert (code, out) == (0, "")
    assert "there is no item 'q9'" in err
    made = catalog.load_instrument(tmp_path / "own-form.yaml")
    assert (made.title, len(made.items), made.construct) == ("The form", 4, "symptoms")
    assert (made.scales[0].id, made.scales[0].reverse) == ("low", ("q2",))
    assert (made.licence.status, made.licence.holder) == ("free", "Somebody")


def test_new_asks_nothing_when_all_that_is_needed_was_said(
    fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(""))
    assert fit(*NEW, "-o", str(tmp_path))[0] == 0


def test_languages_whose_words_belong_to_another_version_are_left_out_of_the_list_and_named(
    fit: Fit, tmp_path: Path
) -> None:
    practice = set_up(tmp_path / "practice")
    own = practice / "instruments"
    bundled = Path(__file__).parents[2] / "instruments"
    text = (bundled / "arriving-today.yaml").read_text()
    (own / "ours.yaml").write_text(text.replace("id: arriving-today\n", "id: ours\n", 1))
    for language in ("de", "en"):
        words = own / "wording" / language / "ours.yaml"
        words.parent.mkdir(parents=True)
        words.write_text(
            (bundled / "wording" / language / "arriving-today.yaml")
            .read_text()
            .replace("instrument: arriving-today\n", "instrument: ours\n", 1)
        )
    shown = "list", "ours", "--format", "json"
    _, out, err = fit("--practice", str(practice), "instruments", *shown)
    (row,) = json.loads(out)["instruments"]
    assert (row["languages"], err) == (["de", "en"], "")

    german = own / "wording" / "de" / "ours.yaml"
    german.write_text(re.sub(r"(?m)^version: .*$", 'version: "old"', german.read_text()))
    _, out, err = fit("--practice", str(practice), "instruments", *shown)
    (row,) = json.loads(out)["instruments"]
    assert row["languages"] == ["en"]
    assert err == "fit: ours: its words in de cannot be used (fit instruments check)\n"
    code, out, _ = fit("--practice", str(practice), "instruments", "check", str(german))
    assert code == 3
    assert "FI301 the words belong to version old" in out
