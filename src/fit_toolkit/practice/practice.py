"""The practice: opens settings, store, plugins and catalog when they are first asked for, and hands them on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fit_toolkit.settings import Settings, find_practice, load_settings

if TYPE_CHECKING:
    from fit_toolkit.catalog import Catalog
    from fit_toolkit.engine import Registry
    from fit_toolkit.store import Store

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return this moment as naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Practice:
    """One practice folder; `plugins` False leaves out everything that does not ship with the toolkit."""

    root: Path
    settings: Settings
    plugins: bool = True
    clock: Clock = field(default=utc_now, repr=False)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone that decides what day it is."""
        return ZoneInfo(self.settings.text("practice.time_zone"))

    def now(self) -> datetime:
        """Return this moment as naive UTC, as the store keeps it."""
        moment = self.clock()
        return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)

    def today(self) -> date:
        """Return the local date of the practice."""
        return self.local(self.now()).date()

    def local(self, moment: datetime) -> datetime:
        """Return an instant of the store as local time."""
        return moment.replace(tzinfo=UTC).astimezone(self.zone)

    def path(self, setting: str) -> Path:
        """Return a setting that names a file or folder, relative to the practice."""
        return self.root / self.settings.text(setting)

    @property
    def lock_file(self) -> Path:
        """The file whose lock a run holds."""
        return self.root / ".fit.lock"

    @cached_property
    def store(self) -> Store:
        """The store, opened and migrated."""
        from fit_toolkit.store import open_store

        return open_store(self.settings.text("store.url") or self.path("store.path"))

    @cached_property
    def registry(self) -> Registry:
        """What the plugins bring."""
        from fit_toolkit.engine import build_registry

        return build_registry(self.settings.plugins, self.root, third_party=self.plugins)

    @cached_property
    def catalog(self) -> Catalog:
        """Instruments, wordings and norm sets: bundled, from plugins, and the practice's own."""
        from fit_toolkit.catalog import build, bundled

        return build([bundled(), *self.registry.instrument_paths, self.root / "instruments"])


def open_practice(folder: Path | None = None, *, plugins: bool = True, clock: Clock | None = None) -> Practice:
    """Open the practice in `folder`, or the nearest one upward; nothing but fit.toml is read yet."""
    root = find_practice(folder)
    return Practice(root, load_settings(root), plugins, clock or utc_now)
