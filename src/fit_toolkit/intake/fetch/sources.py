"""The `[sources.NAME]` tables of fit.toml, and the secret that opens each: in a file of its own, or in the environment."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from fit_toolkit.catalog.convert import nearest
from fit_toolkit.errors import ConfigError, UsageError
from fit_toolkit.settings import PolicyTable

LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
Url: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500, description="the address of the API: https://...")]


class _Common(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every source has."""

    url: Url
    ca_file: Annotated[str, Meta(description="certificates to trust instead of the system's")] = ""
    seconds: Annotated[int, Meta(ge=1, le=3600, description="give up after this time")] = 300
    megabytes: Annotated[int, Meta(ge=1, le=4096, description="refuse more than this")] = 512

    def __post_init__(self) -> None:
        """Refuse an address that would carry answers in the open; it is not repeated, for it may hold a secret."""
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise ValueError("url is no address") from None
        if parts.scheme not in {"https", "http"} or not host or not self.url.isascii() or not self.url.isprintable():
            raise ValueError("url is no address: it looks like https://host/path")
        if parts.scheme == "http" and host not in LOCAL:
            raise ValueError("url has to begin with https://; http:// is for this machine alone")
        if " " in self.url or parts.username is not None or parts.fragment:
            raise ValueError("url holds neither spaces nor a login nor a #")

    @property
    def local(self) -> bool:
        """Whether it is this machine that is asked."""
        return (urlsplit(self.url).hostname or "") in LOCAL


class RedcapSource(_Common, frozen=True, kw_only=True, tag="redcap"):
    """A REDCap project; its token is worth all of its data."""

    token_file: str = ""
    record: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$", description="the variable of the record")] = "record_id"
    forms: Annotated[tuple[str, ...], Meta(description="only these instruments, by their names")] = ()
    fields: Annotated[tuple[str, ...], Meta(description="only these variables, and those of forms")] = ()
    events: Annotated[tuple[str, ...], Meta(description="only these events, by their unique names")] = ()
    survey_fields: Annotated[bool, Meta(description="with the time at which each survey was completed")] = True


class LimesurveySource(_Common, frozen=True, kw_only=True, tag="limesurvey"):
    """A LimeSurvey survey; the account needs to see and export its responses, no more."""

    survey: Annotated[int, Meta(ge=1)]
    username: Annotated[str, Meta(min_length=1)]
    password_file: str = ""
    language: Annotated[str, Meta(description="of the export; empty: the survey's own")] = ""
    unfinished: Annotated[bool, Meta(description="fetch responses, too, that were not submitted")] = False


Source: TypeAlias = RedcapSource | LimesurveySource


def sources_of(tables: Mapping[str, PolicyTable], root: Path) -> dict[str, Source]:
    """Check all sources of the settings; nobody is asked for anything."""
    return {name: _made(name, table, root) for name, table in tables.items()}


def source_of(tables: Mapping[str, PolicyTable], name: str, root: Path) -> Source:
    """Give one source by its name."""
    if name not in tables:
        if not tables:
            raise UsageError("fit.toml names no source", hint="write a table [sources.NAME], see the manual")
        raise UsageError(f"there is no source '{name}' in fit.toml", hint=nearest(name, tables))
    return _made(name, tables[name], root)


def secret_of(name: str, source: Source, root: Path) -> str:
    """Give the token or the password: from the environment, else from a file that nobody else can read."""
    variable = "FIT_SOURCE_" + name.upper().replace("-", "_")
    if found := os.environ.get(variable, "").strip():
        return found
    path = secret_file(source, root)
    what = "token" if isinstance(source, RedcapSource) else "password"
    if path is None:
        hint = f"{what}_file = the file that holds it, or the variable {variable}"
        raise ConfigError(f"the source '{name}' has no {what}", hint=hint)
    try:
        with path.open(encoding="utf-8") as opened:
            if os.name == "posix" and stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & 0o077:
                raise ConfigError(f"others can read the file with the {what}", where=str(path), hint="chmod 600")
            lines = [line.strip() for line in opened.read(10_000).splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"the file with the {what} cannot be read", where=str(path)) from None
    if len(lines) != 1 or not lines[0].isprintable():
        raise ConfigError(f"the file holds the {what} and nothing else, on one line", where=str(path))
    return lines[0]


def secret_file(source: Source, root: Path) -> Path | None:
    """Give the file that holds the token or the password, where one is named."""
    file = source.token_file if isinstance(source, RedcapSource) else source.password_file
    return root / Path(file).expanduser() if file else None


def _made(name: str, table: PolicyTable, root: Path) -> Source:
    if not _NAME.fullmatch(name):
        raise ConfigError("a source is named with lower-case letters, digits and hyphens", where=table.where())
    try:
        made: Source = msgspec.convert(dict(table.values), RedcapSource | LimesurveySource)
    except msgspec.ValidationError as error:
        raise ConfigError(f"[sources.{name}] cannot be used: {error}", where=table.where()) from None
    return replace(made, ca_file=str(root / Path(made.ca_file).expanduser())) if made.ca_file else made
