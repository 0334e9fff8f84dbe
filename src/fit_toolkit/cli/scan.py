"""The entry points of a group, without importing importlib.metadata where there are none.

That module takes some 16 ms, a fifth of `fit --help`, and most installations have no commands of others. So the
metadata files are searched for the name of the group first, and read properly only when it is there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def entry_points(group: str) -> Iterable[EntryPoint]:
    """Give the entry points of a group."""
    if not declares(group):
        return ()
    from importlib import metadata

    return metadata.entry_points(group=group)


def declares(group: str, folders: list[str] | None = None) -> bool:
    """Say whether some package on the path may have entry points of this group."""
    mark = f"[{group}]".encode()
    return any(_declares(mark, folder or ".") for folder in (sys.path if folders is None else folders))


def _declares(mark: bytes, folder: str) -> bool:
    if os.path.isfile(folder):  # noqa: PTH113 - pathlib would cost what this saves
        return True  # an archive of modules: let the real reader look
    try:
        names = os.listdir(folder)  # noqa: PTH208
    except OSError:
        return False
    return any(_holds(mark, f"{folder}/{name}") for name in names if name.endswith((".dist-info", ".egg-info")))


def _holds(mark: bytes, package: str) -> bool:
    try:
        with open(f"{package}/entry_points.txt", "rb") as file:  # noqa: PTH123
            return mark in file.read()
    except OSError:
        return False
