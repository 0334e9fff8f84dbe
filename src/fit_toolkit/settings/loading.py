"""Read fit.toml, refuse what cannot be meant, and say where each value comes from."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from fit_toolkit.errors import ConfigError
from fit_toolkit.settings.declared import BY_NAME, FREE_ARRAYS, FREE_TABLES, SECTIONS, SETTINGS, Setting
from fit_toolkit.settings.lines import Path as KeyPath
from fit_toolkit.settings.lines import line_of, locate, written_twice

FILE = "fit.toml"
_SECRET = re.compile(r"password|passwd|secret|token|api_?key", re.IGNORECASE)
_POINTER = re.compile(r"_(file|path|command)$")
_AT = re.compile(r"\(at line (\d+), column (\d+)\)")
_TYPE_NAMES = {str: "a text", int: "a whole number", bool: "true or false", list: "a list of texts",
               dict: "a table of texts"}  # fmt: skip


@dataclass(frozen=True)
class PolicyTable:
    """One `[[policies]]` or `[[sections]]` table as it stands in the file, for the engine to check."""

    line: int
    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)
    file: str = FILE

    def where(self, key: str | None = None) -> str:
        """Name the place of the table, or of one of its keys, as file:line."""
        return f"{self.file}:{self.lines.get(key, self.line) if key is not None else self.line}"


@dataclass(frozen=True)
class PluginOptions:
    """The settings under `[plugins]` by name."""

    enabled: tuple[str, ...]
    disabled: tuple[str, ...]
    required: tuple[str, ...]
    isolate: bool
    timeout_seconds: float
    memory_mb: int
    choose: Mapping[str, str]
    pinned: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """Every setting with its value and origin, and the policies and sections as typed by the practice."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    policies: tuple[PolicyTable, ...] = ()
    tables: Mapping[str, Mapping[str, PolicyTable]] = field(default_factory=dict)
    file: Path | None = None
    sections: tuple[PolicyTable, ...] = ()

    def __getitem__(self, name: str) -> Any:
        """Return the value of a setting, such as `settings["mail.port"]`."""
        return self.values[name]

    def text(self, name: str) -> str:
        """Return a setting that is a text."""
        return str(self.values[name])

    def number(self, name: str) -> int:
        """Return a setting that is a whole number."""
        return int(self.values[name])

    def flag(self, name: str) -> bool:
        """Return a setting that is true or false."""
        return bool(self.values[name])

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a setting that is a list of texts."""
        return tuple(self.values[name])

    def section(self, name: str) -> dict[str, Any]:
        """Return the settings of one section by their short names."""
        return {setting.key: self.values[setting.name] for setting in SETTINGS if setting.section == name}

    @property
    def plugins(self) -> PluginOptions:
        """Return the settings of the section plugins as the engine reads them."""
        return PluginOptions(
            enabled=self.texts("plugins.enabled"),
            disabled=self.texts("plugins.disabled"),
            required=self.texts("plugins.required"),
            isolate=self.flag("plugins.isolate"),
            timeout_seconds=float(self.number("plugins.timeout_seconds")),
            memory_mb=self.number("plugins.memory_mb"),
            choose=dict(self["plugins.choose"]),
            pinned=dict(self["plugins.pinned"]),
        )


def find_practice(folder: Path | None = None) -> Path:
    """Return the practice folder: the one given, or the nearest one upward that holds fit.toml."""
    if folder is not None:
        if not (folder / FILE).is_file():
            raise ConfigError(f"there is no {FILE} in the practice folder given", hint="fit init makes a practice")
        return folder.resolve()
    try:
        here = Path.cwd()
    except OSError:
        raise ConfigError("the current folder is not there any more", hint="--practice names a practice") from None
    for candidate in (here, *here.parents):
        if (candidate / FILE).is_file():
            return candidate
    raise ConfigError(f"there is no {FILE} here or above", hint="fit init makes a practice; --practice names one")


def load_settings(
    root: Path | None, *, flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Put the settings together: flag over FIT_* variable over fit.toml over default."""
    values = {setting.name: setting.default for setting in SETTINGS}
    origins = dict.fromkeys(values, "default")
    policies: tuple[PolicyTable, ...] = ()
    sections: tuple[PolicyTable, ...] = ()
    tables: dict[str, dict[str, PolicyTable]] = {}
    file = root / FILE if root is not None else None
    if file is not None:
        document = _Document(file)
        for setting, value, line in document.settings():
            values[setting.name], origins[setting.name] = value, f"{FILE}:{line}"
        policies, sections, tables = document.array("policies"), document.array("sections"), document.tables()
    for setting in SETTINGS:
        if (typed := (os.environ if environment is None else environment).get(setting.variable)) is not None:
            values[setting.name] = _check(setting, _from_text(setting, typed), setting.variable)
            origins[setting.name] = setting.variable
    for name, value in (flags or {}).items():
        values[name], origins[name] = _check(BY_NAME[name], value, f"--{name}"), "flag"
    return Settings(values, origins, policies, tables, file, sections)


@dataclass(frozen=True)
class PolicyFile:
    """The policies of a file that is no fit.toml: `[[policies]]`, rules made of them (`[[either]]`), `[norms.NAME]` figures."""

    policies: tuple[PolicyTable, ...]
    either: tuple[PolicyTable, ...] = ()
    norms: Mapping[str, PolicyTable] = field(default_factory=dict)


def load_policies(file: Path) -> PolicyFile:
    """Read the policies of any TOML file; what else it holds, as a copy of fit.toml does, is passed over."""
    document = _Document(file, file.name)
    read = PolicyFile(document.array("policies"), document.array("either"), document.named("norms"))
    if not read.policies:
        raise ConfigError("there is no [[policies]] table", where=file.name, hint="write policies as in fit.toml")
    return read


class _Document:
    """fit.toml as read, or a file like it, with the line of every key."""

    def __init__(self, file: Path, name: str = FILE) -> None:
        self.name = name
        try:
            text = file.read_text(encoding="utf-8-sig")
            self.content = tomllib.loads(text)
        except OSError as error:
            raise ConfigError(f"cannot be read: {error.strerror}", where=name) from error
        except UnicodeDecodeError as error:
            raise ConfigError("is not UTF-8 text", where=name, hint="save it as UTF-8") from error
        except tomllib.TOMLDecodeError as error:
            at = _AT.search(str(error))
            where = f"{name}:{at[1]}:{at[2]}" if at else name
            if at and (twice := written_twice(text, int(at[1]))):
                hint = "one file has each only once: put the lines together under the first"
                raise ConfigError(twice, where=f"{name}:{at[1]}", hint=hint) from None
            raise ConfigError(_AT.sub("", str(error)).strip().lower(), where=where, hint="TOML syntax") from None
        self.lines = locate(text)
        self._refuse_secrets(self.content, ())

    def settings(self) -> Iterator[tuple[Setting, Any, int]]:
        """Yield every declared setting in the file with its checked value and line."""
        for section, table in self.content.items():
            if section in FREE_ARRAYS or section in FREE_TABLES:
                continue
            where = self._where((section,))
            if section not in SECTIONS:
                known = (*SECTIONS, *FREE_ARRAYS, *FREE_TABLES)
                raise ConfigError(f"there is no section '{section}'", where=where, hint=_nearest(section, known))
            if not isinstance(table, dict):
                raise ConfigError(f"'{section}' is a section: write [{section}]", where=where)
            for key, value in table.items():
                yield self._setting(section, key, value)

    def array(self, name: str) -> tuple[PolicyTable, ...]:
        """Return the tables of `[[policies]]` or `[[sections]]` with their lines."""
        array = self.content.get(name, [])
        if not isinstance(array, list) or not all(isinstance(entry, dict) for entry in array):
            raise ConfigError(f"{name} are written as [[{name}]] tables", where=self._where((name,)))
        return tuple(self._table((name, place), entry) for place, entry in enumerate(array))

    def tables(self) -> dict[str, dict[str, PolicyTable]]:
        """Return `[channels.NAME]`, `[readers.NAME]`, `[sources.NAME]` and `[writers.NAME]` as they stand."""
        return {section: self.named(section) for section in FREE_TABLES}

    def named(self, section: str) -> dict[str, PolicyTable]:
        """Return the `[section.NAME]` tables as they stand."""
        entries = self.content.get(section, {})
        if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
            raise ConfigError(f"write [{section}.NAME] tables", where=self._where((section,)))
        return {name: self._table((section, name), entry) for name, entry in entries.items()}

    def _setting(self, section: str, key: str, value: Any) -> tuple[Setting, Any, int]:
        setting = BY_NAME.get(f"{section}.{key}")
        where = self._where((section, key))
        if setting is None:
            known = [entry.key for entry in SETTINGS if entry.section == section]
            raise ConfigError(f"there is no setting '{key}' in [{section}]", where=where, hint=_nearest(key, known))
        return setting, _check(setting, value, where), line_of(self.lines, (section, key))

    def _table(self, path: KeyPath, values: dict[str, Any]) -> PolicyTable:
        lines = {key: line_of(self.lines, (*path, key)) for key in values}
        return PolicyTable(line_of(self.lines, path), values, lines, self.name)

    def _where(self, path: KeyPath) -> str:
        return f"{self.name}:{line_of(self.lines, path)}"

    def _refuse_secrets(self, value: Any, path: KeyPath) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if isinstance(inner, str) and inner and _SECRET.search(key) and not _POINTER.search(key):
                    raise ConfigError(f"'{key}' holds a secret", where=self._where((*path, key)),
                                      hint=f"put it into a file of its own and name that: {key}_file")  # fmt: skip
                self._refuse_secrets(inner, (*path, key))
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                self._refuse_secrets(inner, (*path, place))


def _check(setting: Setting, value: Any, where: str) -> Any:
    if not _fits(setting.type, value):
        expected = _TYPE_NAMES[setting.type]
        raise ConfigError(f"'{setting.key}' must be {expected}, not {_describe(value)}", where=where)
    for limit, wrong, word in (
        (setting.minimum, setting.minimum is not None and value < setting.minimum, "at least"),
        (setting.maximum, setting.maximum is not None and value > setting.maximum, "at most"),
    ):
        if wrong:
            raise ConfigError(f"'{setting.key}' must be {word} {limit}", where=where)
    if setting.choices and value not in setting.choices:
        raise ConfigError(f"'{setting.key}' must be one of: {', '.join(setting.choices)}", where=where)
    texts = value if isinstance(value, list) else [value]
    if setting.pattern and not all(re.fullmatch(setting.pattern, text, re.ASCII) and _is_day(text) for text in texts):
        raise ConfigError(f"'{setting.key}' must be written as {setting.example}", where=where)
    if setting.name == "practice.time_zone" and not _is_zone(value):
        known = sorted(zoneinfo.available_timezones())
        raise ConfigError("there is no such time zone", where=where, hint=_nearest(value, known))
    return value


def _is_zone(name: str) -> bool:
    """Say whether there is such a time zone, without listing them all: every command asks, and the list takes 12 ms."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, such as Europe
        return False
    return not name.startswith(("posix", "right/"))  # other ways of counting, which no list of zones names


def _is_day(text: str) -> bool:
    """Say whether what looks like a day is one; anything else is not asked."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _fits(kind: type[Any], value: Any) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    if kind is dict:
        return isinstance(value, dict) and all(isinstance(entry, str) for entry in value.values())
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _describe(value: Any) -> str:
    return {bool: "true or false", str: "a text", int: "a whole number", float: "a number"}.get(type(value), "that")


def _from_text(setting: Setting, typed: str) -> Any:
    if setting.type is bool:
        known = {
            "1": True,
            "true": True,
            "yes": True,
            "on": True,
            "0": False,
            "false": False,
            "no": False,
            "off": False,
        }
        return known.get(typed.strip().lower(), typed)
    if setting.type is int:
        return int(typed) if re.fullmatch(r"\s*-?[0-9]+\s*", typed) else typed
    if setting.type is list:
        return [part.strip() for part in typed.split(",") if part.strip()]
    if setting.type is dict:
        return dict(part.strip().split("=", 1) for part in typed.split(",") if "=" in part)
    return typed


def _nearest(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'?" if near else "fit config show lists them"
