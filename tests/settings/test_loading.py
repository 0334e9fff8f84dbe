from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest

from fit_toolkit.errors import ConfigError
from fit_toolkit.settings import SECTIONS, SETTINGS, find_practice, load_settings


def load(folder: Path, text: str, **variables: str) -> Any:
    (folder / "fit.toml").write_text(text, encoding="utf-8")
    return load_settings(folder, environment=variables)


def test_every_setting_belongs_to_a_section_and_has_a_default_of_its_type() -> None:
    for setting in SETTINGS:
        assert setting.section in SECTIONS
        assert isinstance(setting.default, setting.type), setting.name
        assert setting.help.endswith("."), setting.name
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    assert len({setting.variable for setting in SETTINGS}) == len(SETTINGS)


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path, "")
    assert {setting.name: settings[setting.name] for setting in SETTINGS} == {s.name: s.default for s in SETTINGS}
    assert set(settings.origins.values()) == {"default"}


def test_a_flag_wins_over_the_environment_over_the_file_over_the_default(tmp_path: Path) -> None:
    text = "[mail]\nport = 1\n"
    assert load(tmp_path, text)["mail.port"] == 1
    assert load(tmp_path, text, FIT_MAIL_PORT="2")["mail.port"] == 2
    settings = load_settings(tmp_path, flags={"mail.port": 3}, environment={"FIT_MAIL_PORT": "2"})
    assert (settings["mail.port"], settings.origins["mail.port"]) == (3, "flag")


def test_every_value_knows_where_it_comes_from(tmp_path: Path) -> None:
    settings = load(tmp_path, "[mail]\n\nport = 1\n", FIT_MAIL_HOST="mail")
    origins = {name: settings.origins[f"mail.{name}"] for name in ("port", "host", "from")}
    assert origins == {"port": "fit.toml:3", "host": "FIT_MAIL_HOST", "from": "default"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[mail]\n\nhots = 'x'\n", "fit.toml:3: there is no setting 'hots' in [mail] (did you mean 'host'?)"),
        ("[import]\n# x\n[mail]\nhost = 'x'\n\n[ import ]\npseudonyms = true\n", "fit.toml:6: the section [import] is there already, in line 1 (one file has each only once: put the lines together under the first)"),
        ("[mail]\nhost = 'x'\nport = 1\nhost = 'y'\n", "fit.toml:4: mail.host is set already, in line 2 (one file has each only once: put the lines together under the first)"),
        ("\n[maill]\nhost = 'x'\n", "fit.toml:2: there is no section 'maill' (did you mean 'mail'?)"),
        ("[mail]\nport = '25'\n", "fit.toml:2: 'port' must be a whole number, not a text"),
        ("[mail]\nport = true\n", "fit.toml:2: 'port' must be a whole number, not true or false"),
        ("[mail]\nport = 0\n", "fit.toml:2: 'port' must be at least 1"),
        ("[mail]\nport = 70000\n", "fit.toml:2: 'port' must be at most 65535"),
        ("[alerts]\nchannels = 'stdout'\n", "fit.toml:2: 'channels' must be a list of texts, not a text"),
        ("[alerts]\nchannels = [1]\n", "fit.toml:2: 'channels' must be a list of texts, not that"),
        ("[plugins]\nchoose = {a = 1}\n", "fit.toml:2: 'choose' must be a table of texts, not that"),
        ("[practice]\ntime_zone = 'Europe/Berln'\n", "fit.toml:2: there is no such time zone (did you mean 'Europe/Berlin'?)"),
        ("mail = 3\n", "fit.toml:1: 'mail' is a section: write [mail]"),
        ("policies = 3\n", "fit.toml:1: policies are written as [[policies]] tables"),
        ("[channels]\npager = 3\n", "fit.toml:1: write [channels.NAME] tables"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", ["", "Europe", "../../etc/localtime", "/etc/localtime", "zone.tab", "posix/UTC"])
def test_what_lies_beside_the_time_zones_on_this_machine_is_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"^fit\.toml:2: there is no such time zone"):
        load(tmp_path, f"[practice]\ntime_zone = '{name}'\n")


def test_every_time_zone_that_is_listed_is_taken(tmp_path: Path) -> None:
    for name in sorted(available_timezones())[::40]:
        assert load(tmp_path, f"[practice]\ntime_zone = '{name}'\n")["practice.time_zone"] == name


def test_broken_toml_is_refused_with_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^fit\.toml:2:8: "):
        load(tmp_path, "[mail]\nhost = \n")


@pytest.mark.parametrize(
    "text",
    ["[mail]\npassword = 'hunter2'\n", "[channels.pager]\ntoken = 'hunter2'\n", "[[policies]]\napi_key = 'hunter2'\n"],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"fit\.toml:2: '\w+' holds a secret") as caught:
        load(tmp_path, text)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_holds_a_secret_may_be_named(tmp_path: Path) -> None:
    assert load(tmp_path, "[mail]\npassword_file = 'mail.key'\n")["mail.password_file"] == "mail.key"


@pytest.mark.parametrize(
    ("variable", "typed", "name", "value"),
    [
        ("FIT_MAIL_STARTTLS", "no", "mail.starttls", False),
        ("FIT_ALERTS_CHANNELS", "stdout, email", "alerts.channels", ["stdout", "email"]),
        ("FIT_PLUGINS_CHOOSE", "drop=ours", "plugins.choose", {"drop": "ours"}),
        ("FIT_MAIL_PORT", " 26 ", "mail.port", 26),
        ("FIT_PRACTICE_NAME", "42", "practice.name", "42"),
    ],
)
def test_the_environment_is_read_by_the_type_of_the_setting(
    tmp_path: Path, variable: str, typed: str, name: str, value: object
) -> None:
    assert load(tmp_path, "", **{variable: typed})[name] == value


def test_a_wrong_value_in_the_environment_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^FIT_MAIL_PORT: 'port' must be a whole number"):
        load(tmp_path, "", FIT_MAIL_PORT="many")


def test_policies_are_handed_on_as_typed_with_the_line_of_every_key(tmp_path: Path) -> None:
    text = "[[policies]]\nid = 'a'\nkind = 'drop'\n\n[[policies]]\nid = 'b'\npoints = 1.5\n"
    first, second = load(tmp_path, text).policies
    assert (dict(first.values), first.where()) == ({"id": "a", "kind": "drop"}, "fit.toml:1")
    assert (dict(second.values), second.where("points")) == ({"id": "b", "points": 1.5}, "fit.toml:7")
    assert second.where("missing") == "fit.toml:5"


def test_tables_of_channels_are_handed_on_as_typed(tmp_path: Path) -> None:
    tables = load(tmp_path, "[channels.pager]\nurl = 'x'\n").tables
    assert (dict(tables["channels"]["pager"].values), tables["channels"]["pager"].line) == ({"url": "x"}, 1)
    assert tables["readers"] == {}


def test_the_settings_of_a_section_come_by_their_short_names(tmp_path: Path) -> None:
    settings = load(tmp_path, "[mail]\nhost = 'mail'\n")
    assert settings.section("mail")["host"] == "mail"
    assert settings.plugins.memory_mb == settings.number("plugins.memory_mb")
    assert settings.flag("plugins.isolate") is settings.plugins.isolate is True
    assert settings.texts("alerts.channels") == ("stdout",)


def test_the_practice_is_the_nearest_folder_upward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fit.toml").touch()
    deep = tmp_path / "sheets" / "march"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert find_practice() == tmp_path
    assert find_practice(tmp_path) == tmp_path
    with pytest.raises(ConfigError, match="fit init"):
        find_practice(deep)


def test_no_practice_anywhere_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="fit init makes a practice"):
        find_practice()


def test_sections_are_kept_as_written_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "fit.toml").write_text('[[sections]]\nkind = "figures"\ninstrument = "x"\n\n[[sections]]\nkind = "b"\n')
    one, two = load_settings(tmp_path, environment={}).sections
    assert (one.values, one.line, one.where("instrument")) == ({"kind": "figures", "instrument": "x"}, 1, "fit.toml:3")
    assert two.where() == "fit.toml:5"


def test_sections_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    (tmp_path / "fit.toml").write_text('sections = ["figures"]\n')
    with pytest.raises(ConfigError, match=r"fit\.toml:1: sections are written as \[\[sections\]\] tables"):
        load_settings(tmp_path, environment={})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('quiet = "7pm to 7am"', "'quiet' must be written as 19:00-07:00"),
        ('quiet = "19:00-24:00"', "'quiet' must be written as 19:00-07:00"),
        ('holidays = ["Christmas"]', "'holidays' must be written as 2026-12-25"),
        ('holidays = ["2026-12-25", "2026-02-30"]', "'holidays' must be written as 2026-12-25"),
        ('digest = "someday"', "'digest' must be one of: "),
    ],
)
def test_hours_and_days_that_cannot_be_meant_are_refused(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "fit.toml").write_text(f"[alerts]\n{line}\n")
    with pytest.raises(ConfigError, match=said) as caught:
        load_settings(tmp_path, environment={})
    assert caught.value.where == "fit.toml:2"


def test_hours_and_days_are_read_and_no_hours_at_all_are_allowed(tmp_path: Path) -> None:
    (tmp_path / "fit.toml").write_text('[alerts]\nquiet = "19:00-07:00"\nholidays = ["2026-12-25"]\n')
    settings = load_settings(tmp_path, environment={})
    assert settings.text("alerts.quiet") == "19:00-07:00"
    assert settings.texts("alerts.holidays") == ("2026-12-25",)
    assert load_settings(None, environment={"FIT_ALERTS_QUIET": ""}).text("alerts.quiet") == ""
