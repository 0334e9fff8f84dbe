"""A command group that knows its commands by name and imports one only when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.scan import entry_points
from fit_toolkit.errors import PluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP = "fit_toolkit.commands"


class LazyGroup(click.Group):
    """A group whose commands are listed from static text and imported only on use.

    `commands` maps a name to ("module:attribute", "one-line help"). With `entry_point_group`, commands of installed
    packages are added by their metadata alone; a built-in name is never taken over by one of them.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        commands: Mapping[str, tuple[str, str]],
        entry_point_group: str | None = None,
        **attributes: Any,
    ) -> None:
        super().__init__(name, **attributes)
        self._targets = dict(commands)
        self._entry_point_group = entry_point_group

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order they were declared, those of installed packages last."""
        own = [*self._targets, *(name for name in super().list_commands(ctx) if name not in self._targets)]
        return own + sorted(self._foreign(ctx).keys() - set(own))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command called `cmd_name`, or return None where there is none."""
        if cmd_name in self._targets:
            module, _, attribute = self._targets[cmd_name][0].partition(":")
            loaded: click.Command = getattr(importlib.import_module(module), attribute)
            return loaded
        if (static := super().get_command(ctx, cmd_name)) is not None:
            return static
        foreign = self._foreign(ctx).get(cmd_name, [])
        return _load_foreign(cmd_name, foreign) if foreign else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command typed; on a misspelling name the nearest one."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, self.list_commands(ctx), n=1, cutoff=0.5)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise click.UsageError(f"there is no command '{name}'.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their static one-line help, importing none of them."""
        foreign = self._foreign(ctx)
        rows = []
        for name in self.list_commands(ctx):
            if name in self._targets:
                rows.append((name, self._targets[name][1]))
            elif name in self.commands:
                rows.append((name, self.commands[name].get_short_help_str(limit=88)))
            else:
                rows.append((name, f"(from {_owner(foreign[name][0])})"))
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def _foreign(self, ctx: click.Context) -> dict[str, list[EntryPoint]]:
        if self._entry_point_group is None or ctx.params.get("no_plugins"):
            return {}
        found: dict[str, list[EntryPoint]] = {}
        for entry in entry_points(group=self._entry_point_group):
            if entry.name not in self._targets:
                found.setdefault(entry.name, []).append(entry)
        return found


def _load_foreign(name: str, entries: list[EntryPoint]) -> click.Command:
    if len({_owner(entry) for entry in entries}) > 1:
        owners = " and ".join(sorted({_owner(entry) for entry in entries}))
        raise PluginError(f"two packages bring a command '{name}': {owners}", hint="uninstall one of them")
    try:
        loaded = entries[0].load()
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"the command '{name}' of {_owner(entries[0])} cannot be loaded: {type(error).__name__}",
            hint="ask its author, or uninstall it",
        ) from error
    if not isinstance(loaded, click.Command):
        raise PluginError(f"the command '{name}' of {_owner(entries[0])} is not a command line command")
    return loaded


def _owner(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value
