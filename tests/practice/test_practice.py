from __future__ import annotations

import stat
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fit_toolkit.errors import ConfigError
from fit_toolkit.practice import open_practice, set_up, settings_text
from fit_toolkit.settings import SETTINGS, load_settings
from fit_toolkit.store import people


def test_a_new_practice_has_folders_an_empty_store_and_readable_settings(tmp_path: Path) -> None:
    root = set_up(tmp_path / "practice", given={"practice.name": 'The "Elm" House'})
    assert {path.name for path in root.iterdir()} == {
        "fit.toml", "store.db", "instruments", "plugins", "templates", "sheets"
    }  # fmt: skip
    practice = open_practice(root)
    assert practice.settings["practice.name"] == 'The "Elm" House'
    with practice.store.read() as c:
        assert people.list_staff(c) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no file modes")
def test_a_new_practice_is_private(tmp_path: Path) -> None:
    root = set_up(tmp_path / "practice")
    assert stat.S_IMODE(root.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE((root / "store.db").stat().st_mode) == 0o600


def test_a_practice_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    root = set_up(tmp_path / "practice")
    before = {path.name: path.read_bytes() for path in root.iterdir() if path.is_file()}
    with pytest.raises(ConfigError, match="practice here already"):
        set_up(root)
    assert {path.name: path.read_bytes() for path in root.iterdir() if path.is_file()} == before


def test_a_wrong_setting_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such time zone"):
        set_up(tmp_path / "practice", given={"practice.time_zone": "Mars/North"})
    assert not (tmp_path / "practice").exists()


def test_every_setting_is_in_the_file_with_its_help_and_its_true_default(tmp_path: Path) -> None:
    text = settings_text()
    for setting in SETTINGS:
        assert f"# {setting.help}\n" in text
    known = tuple(f"{setting.key} = " for setting in SETTINGS)
    lines = [line.removeprefix("# ") for line in settings_text(policies="").splitlines()]
    written = "\n".join(line for line in lines if line.startswith((*known, "[")))
    content = tomllib.loads(written)
    for setting in SETTINGS:
        assert content[setting.section][setting.key] == setting.default, setting.name


def test_the_policies_a_practice_starts_with_name_what_there_is(tmp_path: Path) -> None:
    from fit_toolkit import catalog

    (tmp_path / "fit.toml").write_text(settings_text())
    known = catalog.build([catalog.bundled()])
    tables = load_settings(tmp_path, environment={}).policies
    assert {table.values["kind"] for table in tables} == {
        "risk", "left-out", "beyond-usual", "drop", "divergence", "overdue",
    }  # fmt: skip
    for table in tables:
        known.get(table.values["instrument"]).watchable(table.values.get("scale", "total"))
    assert known.get("arriving-today").risk[0].item == "q7"


def test_what_day_it_is_depends_on_the_time_zone_of_the_practice(tmp_path: Path) -> None:
    late = datetime(2026, 3, 12, 23, 30, tzinfo=UTC)
    for zone, day in (("UTC", date(2026, 3, 12)), ("Asia/Tokyo", date(2026, 3, 13))):
        root = set_up(tmp_path / zone.replace("/", "-"), given={"practice.time_zone": zone})
        practice = open_practice(root, clock=lambda: late)
        assert practice.today() == day
        assert practice.now() == late.replace(tzinfo=None)


def test_a_local_time_comes_back_from_the_store_on_both_sides_of_a_clock_change(tmp_path: Path) -> None:
    practice = open_practice(set_up(tmp_path / "p", given={"practice.time_zone": "Europe/Berlin"}))
    before = practice.local(datetime.fromisoformat("2026-10-25T00:30"))
    after = practice.local(datetime.fromisoformat("2026-10-25T01:30"))
    assert (before.strftime("%H:%M %z"), after.strftime("%H:%M %z")) == ("02:30 +0200", "02:30 +0100")


def test_opening_a_practice_reads_its_settings_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "fit.toml").touch()
    practice = open_practice(tmp_path)
    assert not {"store", "registry", "catalog"} & set(vars(practice))
