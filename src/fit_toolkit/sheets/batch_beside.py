"""Couples and groups of a batch: the page of all is made from the very sheets its members get, once all of these were read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from fit_toolkit.sheets.batch_index import Row
from fit_toolkit.sheets.batch_list import Entry
from fit_toolkit.sheets.data import SheetData

_Key: TypeAlias = tuple[str, int]  # the time and the episode


class Couples:
    """Those who come together on one therapist's list; `pages` says how many pages of all there will be."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        found: dict[_Key, set[int]] = {}
        for each in entries:
            found.setdefault(_key(each), set()).add(each.member)
        self._left = {key: members for key, members in found.items() if len(members) > 1}
        self._read: dict[_Key, list[SheetData | None]] = {key: [] for key in self._left}
        self._places: dict[_Key, int] = {}
        self.pages = len(self._left)

    def begin(self, entry: Entry, rows: list[Row]) -> None:
        """Keep a row in front of those of the members."""
        if _key(entry) in self._left and _key(entry) not in self._places:
            self._places[_key(entry)] = len(rows)
            rows.append(Row(client="", time=entry.time, number=""))

    def add(self, entry: Entry, sheet: SheetData | None) -> tuple[int, Sequence[SheetData | None]] | None:
        """Take in a member's sheet, None where there is none; with the last one give the row's place and all of them."""
        left = self._left.get(_key(entry), set())
        if entry.member not in left:
            return None
        left.remove(entry.member)
        self._read[_key(entry)].append(sheet)
        return None if left else (self._places[_key(entry)], self._read[_key(entry)])


def _key(entry: Entry) -> _Key:
    return (entry.time, entry.episode)
