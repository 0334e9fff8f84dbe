"""Opens the channels a practice uses, each from its own settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import msgspec

from fit_toolkit.engine import build_part
from fit_toolkit.errors import FitError
from fit_toolkit.model.parts import Channel

if TYPE_CHECKING:
    from fit_toolkit.engine import Registry
    from fit_toolkit.settings import Settings
    from fit_toolkit.store import Store


class Practice(Protocol):
    """What delivery needs of a practice."""

    @property
    def root(self) -> Path:
        """The practice folder."""
        ...

    @property
    def settings(self) -> Settings:
        """Its settings."""
        ...

    @property
    def store(self) -> Store:
        """Its store."""
        ...

    @property
    def registry(self) -> Registry:
        """What its plugins bring."""
        ...


class Opened(NamedTuple):
    """Channels by kind, and for those that could not be opened why, in one line."""

    channels: dict[str, Channel]
    problems: dict[str, str]


def open_channels(practice: Practice, kinds: Iterable[str] = ()) -> Opened:
    """Open every channel named in `[alerts] channels`, and `kinds`; one that cannot be opened keeps no other back."""
    channels: dict[str, Channel] = {}
    problems: dict[str, str] = {}
    for kind in dict.fromkeys((*practice.settings.texts("alerts.channels"), *kinds)):
        try:
            channels[kind] = open_channel(practice, kind)
        except FitError as error:
            problems[kind] = str(error)
    return Opened(channels, problems)


def _named_in(practice: Practice, kind: str) -> str:
    """Where a channel is asked for; one that only waiting messages ask for stands nowhere."""
    return practice.settings.origins["alerts.channels"] if kind in practice.settings.texts("alerts.channels") else ""


def open_channel(practice: Practice, kind: str) -> Channel:
    """Open one channel with its settings; what stands in `[channels.KIND]` comes before the general ones.

    A setting of type `LocalPath` is taken relative to the practice folder: cron starts anywhere.
    """
    provided = practice.registry.provided("channel", kind, where=_named_in(practice, kind))
    table = practice.settings.tables.get("channels", {}).get(kind)
    own: Mapping[str, Any] = table.values if table is not None else {}
    where = (lambda name: table.where(name or None)) if table is not None else ""
    values = {**_general(practice, kind), **own}
    for name in _paths(provided.cls) & values.keys():
        if isinstance(values[name], str) and values[name]:
            values[name] = str(practice.root / Path(values[name]).expanduser())
    channel: Channel = build_part(provided, values, where=where)
    return channel


def _paths(cls: type[Any] | None) -> set[str]:
    """Which settings of a channel name files or folders of this machine."""
    if cls is None:
        return set()
    fields = getattr(msgspec.inspect.type_info(cls), "fields", ())
    return {field.name for field in fields if _is_path(field.type)}


def _is_path(kind: msgspec.inspect.Type) -> bool:
    return isinstance(kind, msgspec.inspect.Metadata) and "path" in (kind.extra or {})


def _general(practice: Practice, kind: str) -> dict[str, Any]:
    settings = practice.settings
    if kind == "file":
        return {"folder": settings.text("alerts.folder")}
    if kind != "email":
        return {}
    return {
        "host": settings.text("mail.host"),
        "port": settings.number("mail.port"),
        "sender": settings.text("mail.from"),
        "starttls": settings.flag("mail.starttls"),
        "username": settings.text("mail.username"),
        "password_file": settings.text("mail.password_file"),
        "timeout_seconds": settings.number("mail.timeout_seconds"),
    }
