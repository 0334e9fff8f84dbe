"""What lies beside the store about a client: pages of ours, messages in files, and files of others that name the code."""

from __future__ import annotations

import json
import os
import re
import stat
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fit_toolkit.sheets.batch_folder import MANIFEST, MARK, PART, folders_in, places
from fit_toolkit.store.erase import GONE, word

if TYPE_CHECKING:
    from fit_toolkit.practice.practice import Practice

MESSAGES = "messages.jsonl"  # of the channel `file`
NUMBER = re.compile(r"0*(\d+)(?:-client|-together)?\.(?:html|pdf)")
LARGEST = 64 * 2**20  # bytes of a PDF that is looked into
BLOCK, OVERLAP = 2**20, 256  # bytes read at a time, and how many of them again with the next
HEAD = 4096


@dataclass
class Beside:
    """What was found: `pages` of ours, `messages` files with lines about the client, and what only names the code."""

    listed: list[tuple[Path, list[str]]] = field(default_factory=list)  # a folder of fit sheets, and the names in it
    pages: list[Path] = field(default_factory=list)
    messages: list[Path] = field(default_factory=list)
    named: list[Path] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many pages of ours there are."""
        return sum(len(names) for _, names in self.listed) + len(self.pages)


def look_beside(practice: Practice, code: str, sheets: Sequence[int]) -> Beside:
    """Find the files about a client in the practice and wherever `fit sheets` has put pages.

    A sheet is known by its number, everything else by the code where it can be read. Other PDFs of ours, such as a
    caseload, are named, as nobody can search in them; PDFs of others are not looked into.
    """
    found, numbers = Beside(), set(sheets)
    pattern = re.compile(word(code).pattern.encode(), re.IGNORECASE)
    roots = places(practice.root)
    taken: set[Path] = set()  # on the list of a folder, which says what they show
    for place in roots:
        for folder in folders_in(place, today=practice.today()):
            taken |= {folder.path / name for name in folder.files}
            names = [name for name, entry in folder.files.items() if numbers & {*entry.sheets}]
            if names:
                found.listed.append((folder.path, names))
    homes = [*roots, practice.path("sheets.folder")]
    for file in _files(practice, roots):
        if file not in taken:
            at_home = any(file.is_relative_to(home) for home in homes)
            _sort(found, file, pattern, numbers, at_home=at_home)
    return found


def _sort(found: Beside, file: Path, pattern: re.Pattern[bytes], numbers: set[int], *, at_home: bool) -> None:
    """Put one file where it belongs, if it is about the client."""
    shown = _of_pdf(file) if file.suffix.lower() == ".pdf" else None
    if shown is not None:
        if shown in numbers or not shown:
            (found.pages if shown else found.named).append(file)
        return
    head, named = _look_into(file, pattern)
    ours = MARK in head
    number = NUMBER.fullmatch(file.name)
    numbered = number is not None and int(number[1]) in numbers
    if (numbered and (ours or at_home)) or (ours and named):
        found.pages.append(file)
    elif file.name == MESSAGES:
        found.messages.append(file)
    elif named:
        found.named.append(file)


def remove_pages(practice: Practice, found: Beside) -> None:
    """Remove the pages, also those that somebody has changed since: what they hold is about the client."""
    wanted = dict(found.listed)
    for path, names in found.listed:
        for name in names:
            (path / name).unlink(missing_ok=True)
    for place in places(practice.root):
        for folder in folders_in(place, today=practice.today()):
            if names := [name for name in wanted.get(folder.path, ()) if name in folder.files]:
                folder.remove(names)
                folder.remove_if_empty()
    for page in found.pages:
        page.unlink(missing_ok=True)


def forget_messages(found: Beside, code: str, keys: Sequence[str]) -> int:
    """Take the lines of some messages out of the files of messages, and the code out of the others; returns how many."""
    gone, changed = set(keys), 0
    pattern = word(code, episodes=False)
    for file in found.messages:
        lines = file.read_bytes().splitlines(keepends=True)
        kept = [pattern.sub(GONE, line.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
                for line in lines if _key(line) not in gone]  # fmt: skip
        if kept != lines:
            changed += len(lines) - len(kept)
            _replace(file, b"".join(kept))
    return changed


def _key(line: bytes) -> str:
    with suppress(ValueError, AttributeError):
        return str(json.loads(line).get("key", ""))
    return ""


def _replace(file: Path, content: bytes) -> None:
    part = file.with_name(f".{file.name}{PART}")
    part.unlink(missing_ok=True)
    mode = stat.S_IMODE(file.stat().st_mode)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as target:  # noqa: PTH123 - with a mode
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    part.replace(file)


def _files(practice: Practice, roots: Sequence[Path]) -> Iterator[Path]:
    """Every file of the practice but the store, and of the places of sheets; links are not followed."""
    store = practice.path("store.path")
    left_out = {store, store.with_name(f"{store.name}-journal"), practice.lock_file}
    seen: set[Path] = set()
    for root in (practice.root, *roots):
        for folder, _, names in os.walk(root):
            for name in sorted(names):
                file = Path(folder, name)
                if file in left_out or file in seen or name == MANIFEST or file.is_symlink() or not file.is_file():
                    continue
                seen.add(file)
                yield file


def _of_pdf(file: Path) -> int | None:
    """The number of the sheet that a PDF of ours is, by its title; 0 for another page of ours, None for what is not ours."""
    if file.stat().st_size > LARGEST:
        return None
    content = file.read_bytes()
    for start in re.finditer(rb"stream\r?\n", content):
        unpacked = zlib.decompressobj()
        with suppress(zlib.error):
            text = unpacked.decompress(content[start.end() :], BLOCK)
            if b"<dc:title>" in text and b"fit-toolkit" in text:
                title = re.sub(rb"<[^>]*>", b" ", text[text.index(b"<dc:title>") : text.index(b"</dc:title>")])
                digits = re.findall(rb"[0-9]+", title)  # a day has more than one number
                return int(digits[0]) if len(digits) == 1 and len(digits[0]) >= len("0001") else 0
    return None


def _look_into(file: Path, pattern: re.Pattern[bytes]) -> tuple[bytes, bool]:
    """The beginning of a file, and whether the code is anywhere in it; what is packed cannot be searched."""
    try:
        with file.open("rb") as source:
            before = source.read(BLOCK)
            head, named = before[:HEAD], pattern.search(before) is not None
            while not named and file.suffix != ".zip" and (block := source.read(BLOCK)):
                before = before[-OVERLAP:] + block  # it may lie across two blocks
                named = pattern.search(before) is not None
    except OSError:
        return b"", False
    return head, named
