"""`fit demo` as a command: where it makes a practice, where it refuses, and what it says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit import demo as package
from fit_toolkit.cli import run
from fit_toolkit.demo import Demo, making
from fit_toolkit.demo.folder import prepare
from fit_toolkit.demo.sheets import Made


def a_demo(root: Path, *, no_pdf: str) -> Demo:
    figures = {"clients": 40, "ratings": 1001, "live": 44}
    made = Made("demo-01", 1, 1, "birch", "0001", None, "0001.html", "", "0001-client.html", "")
    return Demo(root, date(2026, 3, 4), figures, (made,), no_pdf)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the command asked for, without making it."""
    calls: list[dict[str, Any]] = []

    def stand_in(folder: Path, **how: Any) -> Demo:
        calls.append({"folder": folder, **how})
        return a_demo(folder, no_pdf="" if how["pdf"] else "left out as asked")

    monkeypatch.setattr(package, "make_demo", stand_in)
    return calls


def test_it_says_where_to_look(asked: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "here", "--seed", "3", "--no-pdf"], clock=lambda: datetime(2026, 3, 5, 9, tzinfo=UTC)) == 0
    said = capsys.readouterr()
    assert "here/index.html" in said.out
    assert "fit --practice here alerts list" in said.out
    assert "No PDFs" not in said.err
    (call,) = asked
    assert (call["today"], call["seed"], call["pdf"]) == (date(2026, 3, 5), 3, False)


def test_without_pango_it_says_so_and_all_is_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    why = "PDF needs the Pango libraries (fit doctor names the package)"
    monkeypatch.setattr(package, "make_demo", lambda folder, **_: a_demo(folder, no_pdf=why))
    assert run(["demo", "here"]) == 0
    assert f"No PDFs: {why}" in capsys.readouterr().err


def test_a_folder_that_holds_anything_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    assert run(["demo", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_an_earlier_demo_is_left_as_it_is_and_the_way_to_remove_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(tmp_path / "demo")
    before = sorted(tmp_path.rglob("*"))
    assert run(["demo", str(tmp_path / "demo")]) == 2
    said = capsys.readouterr().err
    assert "an earlier demo" in said
    assert f"rm -r {tmp_path / 'demo'}" in said
    assert sorted(tmp_path.rglob("*")) == before


def test_a_practice_is_no_demo(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "ours")]) == 0
    assert run(["demo", str(tmp_path / "ours")]) == 2
    assert run(["demo", str(tmp_path / "ours" / "fit.toml")]) == 2


def test_an_empty_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(making, "live_through", stop)
    with pytest.raises(KeyError, match="that far"):
        making.make_demo(tmp_path / "empty", today=date(2026, 3, 5))
    assert (tmp_path / "empty" / "fit.toml").is_file()


def stop(*_: Any) -> int:
    raise KeyError("that far")
