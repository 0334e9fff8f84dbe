"""Set up a practice: folders, an empty store, and a fit.toml that explains itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fit_toolkit.errors import ConfigError
from fit_toolkit.settings import FILE, SECTIONS, SETTINGS, Setting, load_settings
from fit_toolkit.settings.suggested import as_toml, offers, with_offers

FOLDERS = {
    "instruments": "questionnaires of your own: <id>.yaml; wording/<language>/<id>.yaml; norms/<name>.yaml",
    "plugins": "drop-in plugins, *.py; nobody else may be able to write here",
    "templates": "changed sheets, forms and mails; a file here takes the place of the bundled one of the same name",
    "sheets": "finished sheets",
}
_SHOWN = {"practice.name", "practice.time_zone", "practice.language", "safety.protocol", "safety.contact"}
_HEAD = """\
# The settings of this practice. A line that begins with # is the default; take the # away to change it.
# `fit config show --origin` prints what holds and where it comes from.
"""
_SHEET_SECTIONS = """
# --- More on the sheet -----------------------------------------------------------------------------------------------
# One [[sections]] table for each block beside what is there: kind, and the kind's own parameters. Plugins bring more.
# [[sections]]
# kind = "figures"                  # the first, lowest, highest and latest value of one scale
# instrument = "arriving-today"
"""
_POLICIES = """
# --- What the practice wants to be told about ------------------------------------------------------------------------
# One [[policies]] table each: id, kind, instrument, scale (default: total), rater (default: client), severity
# (safety, attention or notice), after (n in a row), and the kind's own parameters.
# `fit policies list` shows them, `fit policies check` checks them. `fit instruments enable ID` adds those that an
# instrument suggests. What counts as missing comes from the plan:
# fit plan add arriving-today --occasion start --every-sessions 1
"""
STARTS_WITH = ("arriving-today", "today-together-client", "today-together-therapist")


def set_up(
    folder: Path,
    *,
    given: Mapping[str, Any] | None = None,
    policies: str | None = None,
    instruments: Sequence[str] = STARTS_WITH,
) -> Path:
    """Make a practice in `folder` and return the folder; one that is there already is refused, untouched.

    `given` holds settings to write in place of their defaults; the [[policies]] tables are those that `instruments`
    suggest, or the text of `policies`.
    """
    from fit_toolkit.store import create_store

    if (folder / FILE).exists():
        raise ConfigError(f"there is a practice here already: {FILE}", hint="nothing was changed")
    load_settings(None, flags=given, environment={})  # what cannot be meant is refused before anything is written
    text = settings_text(given, policies=policies, instruments=instruments)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in FOLDERS:
            (folder / name).mkdir(exist_ok=True, mode=0o700)
        location = dict(given or {}).get("store.url") or folder / str((given or {}).get("store.path", "store.db"))
        create_store(location).close()
        (folder / FILE).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"the practice cannot be made: {error.strerror}") from error
    load_settings(folder, environment={})
    return folder


def settings_text(
    given: Mapping[str, Any] | None = None, *, policies: str | None = None, instruments: Sequence[str] = STARTS_WITH
) -> str:
    """Write fit.toml from the declared settings: help above each, defaults commented out."""
    values = dict(given or {})
    lines = [_HEAD]
    for section, title in SECTIONS.items():
        lines += [f"# {title}", f"[{section}]"]
        for setting in SETTINGS:
            if setting.section == section:
                lines += _entry(setting, values)
        lines.append("")
    text = "\n".join(lines) + _SHEET_SECTIONS
    return text + policies if policies is not None else _with_suggested(text + _POLICIES, instruments)


def _with_suggested(text: str, instruments: Sequence[str]) -> str:
    """Add the policies that bundled instruments suggest, the same way as `fit instruments enable`."""
    from fit_toolkit.catalog import build, bundled

    catalog = build([bundled()])
    for id in dict.fromkeys(instruments):
        text = with_offers(text, [each for each in offers(text, catalog.get(id)) if each.state == "new"])
    return text


def _entry(setting: Setting, values: Mapping[str, Any]) -> list[str]:
    shown = setting.name in values or setting.name in _SHOWN
    value = as_toml(values.get(setting.name, setting.default))
    return [f"# {setting.help}", f"{'' if shown else '# '}{setting.key} = {value}"]
