"""Set up a practice: folders, an empty store, and a fit.toml that explains itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fit_toolkit.errors import ConfigError
from fit_toolkit.settings import FILE, SECTIONS, SETTINGS, Setting, load_settings

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
_POLICIES = """
# --- What the practice wants to be told about ------------------------------------------------------------------------
# One [[policies]] table each: id, kind, instrument, scale (default: total), rater (default: client), severity
# (safety, attention or notice), after (n in a row), and the kind's own parameters.
# `fit policies list` shows them, `fit policies check` checks them.
# What counts as missing comes from the plan: fit plan add arriving-today --occasion start --every-sessions 1

[[policies]]
id = "staying-safe"                 # anything but "no" to the question about staying safe
kind = "risk"
instrument = "arriving-today"
scale = "q7"
severity = "safety"

[[policies]]
id = "how-it-is-going"              # worse than is usual for this client
kind = "beyond-usual"
instrument = "arriving-today"
severity = "attention"

[[policies]]
id = "working-together"             # the same for the work together
kind = "beyond-usual"
instrument = "today-together-client"
severity = "attention"

[[policies]]
id = "a-drop"                       # a rule of thumb: worth a question, no more
kind = "drop"
instrument = "today-together-client"
severity = "notice"
points = 1.0

[[policies]]
id = "seen-differently"             # twice in a row the two of you rated the session far apart
kind = "divergence"
instrument = "today-together-client"
other = {rater = "therapist", instrument = "today-together-therapist"}
gap = 3.0
after = 2
severity = "notice"

[[policies]]
id = "nothing-heard"                # an expected rating has not come
kind = "overdue"
instrument = "arriving-today"
severity = "notice"
days = 21
"""


def set_up(folder: Path, *, given: Mapping[str, Any] | None = None, policies: str | None = None) -> Path:
    """Make a practice in `folder` and return the folder; one that is there already is refused, untouched.

    `given` holds settings to write in place of their defaults; `policies` the text of the [[policies]] tables.
    """
    from fit_toolkit.store import create_store

    if (folder / FILE).exists():
        raise ConfigError(f"there is a practice here already: {FILE}", hint="nothing was changed")
    load_settings(None, flags=given, environment={})  # what cannot be meant is refused before anything is written
    text = settings_text(given, policies=policies)
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


def settings_text(given: Mapping[str, Any] | None = None, *, policies: str | None = None) -> str:
    """Write fit.toml from the declared settings: help above each, defaults commented out."""
    values = dict(given or {})
    lines = [_HEAD]
    for section, title in SECTIONS.items():
        lines += [f"# {title}", f"[{section}]"]
        for setting in SETTINGS:
            if setting.section == section:
                lines += _entry(setting, values)
        lines.append("")
    return "\n".join(lines) + (_POLICIES if policies is None else policies)


def _entry(setting: Setting, values: Mapping[str, Any]) -> list[str]:
    shown = setting.name in values or setting.name in _SHOWN
    value = _toml(values.get(setting.name, setting.default))
    return [f"# {setting.help}", f"{'' if shown else '# '}{setting.key} = {value}"]


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(inner)}" for key, inner in value.items()) + "}"
    # texts, numbers, truth and lists are written alike in TOML, but for one character
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
