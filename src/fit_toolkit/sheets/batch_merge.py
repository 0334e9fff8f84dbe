"""Puts the PDFs of single sheets together, with their tags, languages and pictures, and a bookmark for each.

It reads only what WeasyPrint (or, after decrypting, qpdf) has written. Nothing is laid out again: a page of the whole is
byte for byte the drawing of the single sheet. The structure for screen readers, which other tools drop when they join
files, is joined too: one article for each sheet, in one document.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

from msgspec import Struct

from fit_toolkit.errors import ConfigError

REFERENCE: Final = re.compile(rb"\((?:\\.|[^\\()])*\)|\b(\d+) 0 R\b", re.DOTALL)  # not within a text
TREE_NUMBER: Final = re.compile(rb"(/StructParents? )(\d+)")
NUMS: Final = re.compile(rb"(\d+)\s+(\[[^\]]*\]|\d+ 0 R)")
STREAM: Final = re.compile(rb">>\s*stream\r?\n")
XMP: Final = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><rdf:Description rdf:about="" pdfuaid:part="1"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title><xmp:CreatorTool>{tool}</xmp:CreatorTool></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


class Leaf(Struct, frozen=True, kw_only=True):
    """One sheet to be put in: its PDF and the words of its bookmark."""

    pdf: bytes
    bookmark: str


def merged(leaves: Sequence[Leaf], *, title: str, language: str, tool: str) -> bytes:
    """Put sheets together into one tagged PDF, in this order."""
    import pydyf  # what WeasyPrint writes with

    out = pydyf.PDF()
    root, document = _Raw(out, b""), _Raw(out, b"")
    whole = _Whole(out, document)
    for leaf in leaves:
        whole.add(leaf)
    document.content = b"<</Type /StructElem /S /Document /P %s /K [%s]>>" % (root.reference, b" ".join(whole.parts))
    nums = b" ".join(b"%d %s" % pair for pair in enumerate(whole.tree))
    root.content = b"<</Type /StructTreeRoot /K [%s] /ParentTree <</Nums [%s]>>>>" % (document.reference, nums)
    out.pages["Kids"] = pydyf.Array([part for page in whole.pages for part in (page, 0, "R")])
    out.pages["Count"] = len(whole.pages)
    _outline(out, [leaf.bookmark for leaf in leaves], whole.firsts)
    xmp = pydyf.Stream(
        [XMP.format(title=escape(title), tool=escape(tool)).encode()], {"Type": "/Metadata", "Subtype": "/XML"}
    )
    out.add_object(xmp)
    out.catalog.update({
        "StructTreeRoot": root.reference, "MarkInfo": pydyf.Dictionary({"Marked": "true"}), "Metadata": xmp.reference,
        "Lang": pydyf.String(language), "PageMode": "/UseOutlines",
        "ViewerPreferences": pydyf.Dictionary({"DisplayDocTitle": "true"}),
    })  # fmt: skip
    out.info.update({"Title": pydyf.String(title), "Creator": pydyf.String(tool)})
    target = io.BytesIO()
    out.write(target, b"1.7", identifier=True, compress=True)
    return target.getvalue()


class _Raw:
    """An object of the new file, as bytes; has what pydyf asks of an object."""

    generation = 0
    free = "n"
    offset = 0
    number = 0

    def __init__(self, out: Any, content: bytes, *, stream: bool = False) -> None:
        self.content = content
        self.compressible = not stream
        out.add_object(self)

    @property
    def data(self) -> bytes:
        return self.content

    @property
    def indirect(self) -> bytes:
        return b"%d 0 obj\n%s\nendobj" % (self.number, self.content)

    @property
    def reference(self) -> bytes:
        return b"%d 0 R" % self.number


class _Whole:
    """Takes in one file after the other; only what its pages and its structure lead to."""

    def __init__(self, out: Any, document: _Raw) -> None:
        self.out = out
        self.document = document
        self.pages: list[int] = []  # numbers of page objects
        self.firsts: list[int] = []  # of these the first of each sheet
        self.parts: list[bytes] = []
        self.tree: list[bytes] = []
        self._alike: dict[bytes, _Raw] = {}  # what leads nowhere, such as a logo, is in the file once

    def add(self, leaf: Leaf) -> None:
        """Take in one sheet."""
        source = objects_of(leaf.pdf)
        catalog = source.objects[source.root]
        pages, tags = _one(rb"/Pages (\d+) 0 R", catalog), _one(rb"/StructTreeRoot (\d+) 0 R", catalog)
        kids = [int(n) for n in re.findall(rb"(\d+) 0 R", _part(rb"/Kids\s*\[([^\]]*)\]", source.objects[pages]))]
        documents = [int(n) for n in re.findall(rb"(\d+) 0 R", _part(rb"/K\s*\[([^\]]*)\]", source.objects[tags]))]
        tree = source.objects[tags]
        if (parents := re.search(rb"/ParentTree (\d+) 0 R", tree)) is not None:
            tree = source.objects[int(parents[1])]
        placed = {pages: self.out.pages.number, tags: self.document.number}
        self._copy(source.objects, [*kids, *documents], placed, shift=len(self.tree))
        self.firsts.append(len(self.pages))
        self.pages += [placed[kid] for kid in kids]
        self.parts += [b"%d 0 R" % placed[document] for document in documents]
        spoken = _part(rb"/Lang\s*(\([^)]*\)|<[0-9A-Fa-f]*>)", catalog)
        for document in documents:  # sheets of one file may be in several languages
            raw = self.out.objects[placed[document]]
            content = raw.content.replace(b"/S /Document", b"/S /Art", 1)
            raw.content = content.replace(b"<<", b"<</Lang " + spoken + b" ", 1)
        nums = _part(rb"/Nums\s*\[(.*)\]", tree)
        self.tree += [_moved(entry[2], placed) for entry in NUMS.finditer(nums)]

    def _copy(self, objects: dict[int, bytes], first: list[int], placed: dict[int, int], *, shift: int) -> None:
        made: list[tuple[_Raw, bytes]] = []
        waiting = list(reversed(first))
        while waiting:
            number = waiting.pop()
            if number in placed:
                continue
            body = objects[number]
            cut = STREAM.search(body)
            head = body if cut is None else body[: cut.end()]
            leads_to = [int(found[1]) for found in REFERENCE.finditer(head) if found[1]]
            if not leads_to and cut is not None and body in self._alike:
                placed[number] = self._alike[body].number
                continue
            raw = _Raw(self.out, body, stream=cut is not None)
            placed[number] = raw.number
            if leads_to or cut is None:
                made.append((raw, head))
            else:
                self._alike[body] = raw
            waiting += reversed(leads_to)
        for raw, head in made:
            moved = TREE_NUMBER.sub(lambda hit: hit[1] + b"%d" % (int(hit[2]) + shift), _moved(head, placed))
            raw.content = moved + raw.content[len(head) :]


class _Source(Struct, frozen=True):
    root: int
    objects: dict[int, bytes]


def objects_of(pdf: bytes) -> _Source:
    """Read the objects of a file of ours: its table of places, and the objects that are packed together."""
    try:
        return _objects(pdf)
    except (ValueError, KeyError, IndexError, zlib.error):
        raise _unreadable() from None


def _objects(pdf: bytes) -> _Source:
    at = int(_part(rb"startxref\s+(\d+)", pdf[-64:]))
    if pdf.startswith(b"xref", at):
        trailer = pdf[at:]
        places = _old_table(trailer)
        packed: dict[int, tuple[int, int]] = {}
    else:
        trailer = _object(pdf, at, len(pdf))
        places, packed = _new_table(trailer)
    ends = dict(zip(sorted(places.values()), [*sorted(places.values())[1:], at], strict=True))
    objects = {number: _object(pdf, place, max(ends[place], place)) for number, place in places.items() if place != at}
    for number in {within for within, _ in packed.values()}:
        objects.update(_unpacked(objects[number]))
    return _Source(_one(rb"/Root (\d+) 0 R", trailer), objects)


def _object(pdf: bytes, start: int, end: int) -> bytes:
    body = pdf[start:end]
    return body[body.index(b"obj") + 3 : body.rindex(b"endobj")].strip(b"\r\n ")


def _old_table(table: bytes) -> dict[int, int]:
    head = re.match(rb"xref\s+0 (\d+)\s+", table)
    if head is None:
        raise _unreadable()
    lines = [table[head.end() + 20 * n : head.end() + 20 * (n + 1)] for n in range(int(head[1]))]
    return {n: int(line[:10]) for n, line in enumerate(lines) if line[17:18] == b"n"}


def _new_table(body: bytes) -> tuple[dict[int, int], dict[int, tuple[int, int]]]:
    widths = [int(n) for n in _part(rb"/W\s*\[([^\]]*)\]", body).split()]
    rows = _inflated(body)
    places, packed = {}, {}
    for number, row in enumerate(_rows(rows, sum(widths))):
        kind = int.from_bytes(row[: widths[0]], "big")
        second = int.from_bytes(row[widths[0] : widths[0] + widths[1]], "big")
        if kind == 1:
            places[number] = second
        elif kind == 2:
            packed[number] = (second, int.from_bytes(row[widths[0] + widths[1] :], "big"))
    return places, packed


def _rows(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def _unpacked(body: bytes) -> dict[int, bytes]:
    count, first = _one(rb"/N (\d+)", body), _one(rb"/First (\d+)", body)
    data = _inflated(body)
    head = [int(n) for n in data[:first].split()]
    starts = [first + at for at in head[1::2]]
    ends = [*starts[1:], len(data)]
    return {n: data[a:b].strip() for n, a, b in zip(head[: 2 * count : 2], starts, ends, strict=True)}


def _inflated(body: bytes) -> bytes:
    cut = STREAM.search(body)
    if cut is None or b"/FlateDecode" not in body[: cut.end()] or b"/DecodeParms" in body[: cut.end()]:
        raise _unreadable()
    return zlib.decompressobj().decompress(body[cut.end() :])


def _moved(content: bytes, placed: dict[int, int]) -> bytes:
    return REFERENCE.sub(lambda hit: b"%d 0 R" % placed[int(hit[1])] if hit[1] else hit[0], content)


def _one(pattern: bytes, body: bytes) -> int:
    return int(_part(pattern, body))


def _part(pattern: bytes, body: bytes) -> bytes:
    found = re.search(pattern, body, re.DOTALL)
    if found is None:
        raise _unreadable()
    return found[1]


def _outline(out: Any, words: Sequence[str], firsts: Sequence[int]) -> None:
    import pydyf

    if not words:
        return
    base = len(out.objects)  # the list itself, then its entries
    kids = out.pages["Kids"][::3]
    whole = {"Count": len(words), "First": f"{base + 1} 0 R", "Last": f"{base + len(words)} 0 R"}
    out.add_object(pydyf.Dictionary(whole))
    out.catalog["Outlines"] = f"{base} 0 R"
    for at, (text, first) in enumerate(zip(words, firsts, strict=True), 1):
        entry = {
            "Title": pydyf.String(text),
            "Parent": f"{base} 0 R",
            "Dest": pydyf.Array([kids[first], 0, "R", "/Fit"]),
        }
        if at > 1:
            entry["Prev"] = f"{base + at - 1} 0 R"
        if at < len(words):
            entry["Next"] = f"{base + at + 1} 0 R"
        out.add_object(pydyf.Dictionary(entry))


def _unreadable() -> ConfigError:
    return ConfigError("a sheet's PDF is not as WeasyPrint writes it", hint="tell us which version is installed")
