"""Looks through a page for what keeps people out, without a browser: a second layer that runs on any machine."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
LANDMARKS = frozenset({"main", "header", "footer", "nav", "aside"})
LEFT_TO_RIGHT = frozenset({"en", "de"})
KEYS = frozenset({"a", "button", "input", "select", "textarea", "summary"})  # what the keyboard reaches by itself
SILENT = frozenset({"head", "style", "script", "title", "desc", "defs"})


@dataclass(eq=False)
class Node:
    """An element: its words are strings among its children."""

    tag: str
    attrs: dict[str, str]
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)

    def elements(self) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.elements()

    def all(self, *tags: str) -> list[Node]:
        return [node for node in self.elements() if node.tag in tags]

    def above(self) -> Iterator[Node]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    @property
    def text(self) -> str:
        words = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join(" ".join(words).split())

    @property
    def hidden(self) -> bool:
        return any(node.attrs.get("aria-hidden") == "true" for node in (self, *self.above()))

    @property
    def name(self) -> str:
        """What a screen reader calls it."""
        pictures = [each.attrs.get("alt", "") for each in self.all("img")]
        return self.attrs.get("aria-label", "").strip() or self.text or " ".join(pictures).strip()


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Node("document", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.at.children.append(Node(tag, {name: value or "" for name, value in attrs}, self.at))

    def handle_endtag(self, tag: str) -> None:
        node = next((each for each in (self.at, *self.at.above()) if each.tag == tag), None)
        if node is not None and node.parent is not None:
            self.at = node.parent

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.at.children.append(data)


def tree(html: str) -> Node:
    """The elements of a page."""
    parser = _Tree()
    parser.feed(html)
    parser.close()
    return parser.root


def barriers(html: str) -> list[str]:
    """What is wrong with the structure of a page, one line each."""
    page = tree(html)
    return [
        *_document(html, page),
        *_headings(page),
        *_landmarks(page),
        *_ids(page),
        *_tables(page),
        *_pictures(page),
        *_fields(page),
        *_keyboard(page),
        *_colour_alone(page),
    ]


def _document(html: str, page: Node) -> Iterator[str]:
    if not html.lstrip().lower().startswith("<!doctype html>"):
        yield "no doctype"
    for root in page.all("html"):
        language = root.attrs.get("lang", "")
        if not language:
            yield "no language"
        elif (root.attrs.get("dir") == "rtl") == (language.partition("-")[0] in LEFT_TO_RIGHT):
            yield f"{language} in the wrong direction"
    head = page.all("head")[0]
    if not head.all("title") or not head.all("title")[0].text:
        yield "no title"
    if not any(meta.attrs.get("charset", "").lower() == "utf-8" for meta in head.all("meta")):
        yield "no charset"
    views = [meta.attrs["content"] for meta in head.all("meta") if meta.attrs.get("name") == "viewport"]
    if len(views) != 1 or "width=device-width" not in views[0] or "scal" in views[0].replace("initial-scale", ""):
        yield "its width is not the screen's, or it cannot be enlarged"


def _headings(page: Node) -> Iterator[str]:
    levels = [int(node.tag[1]) for node in page.all("h1", "h2", "h3", "h4", "h5", "h6") if not node.hidden]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"headings do not begin with the one h1: {levels[:6]}"
    if any(later > earlier + 1 for earlier, later in pairwise(levels)):
        yield f"a heading is left out: {levels}"
    yield from (f"an empty {node.tag}" for node in page.all("h1", "h2", "h3", "h4") if not node.name)


def _landmarks(page: Node) -> Iterator[str]:
    if len(page.all("main")) != 1:
        yield f"{len(page.all('main'))} main"
    for node in page.elements():
        where = (node, *node.above())
        tags = {each.tag for each in where}
        words = any(isinstance(child, str) for child in node.children)
        if words and not node.hidden and not tags & (LANDMARKS | SILENT):
            yield f"words outside of every landmark: {node.text[:40]!r}"


def _ids(page: Node) -> Iterator[str]:
    count = Counter(node.attrs["id"] for node in page.elements() if "id" in node.attrs)
    yield from (f"the id {id} {times} times" for id, times in count.items() if times > 1)
    for node in page.elements():
        for name in ("aria-labelledby", "aria-describedby", "for", "headers", "aria-controls"):
            for id in node.attrs.get(name, "").split():
                if id not in count:
                    yield f"{node.tag} {name}={id}, which is not there"
        if node.attrs.get("href", "").startswith("#") and node.attrs["href"][1:] not in count:
            yield f"a link to {node.attrs['href']}, which is not there"


def _tables(page: Node) -> Iterator[str]:
    for table in page.all("table"):
        named = table.attrs.get("aria-label") or table.attrs.get("aria-labelledby")
        if not named and not any(caption.text for caption in table.all("caption")):
            yield f"a table without a caption: {table.text[:40]!r}"
        if not table.all("th"):
            yield f"a table without headers: {table.text[:40]!r}"
        for header in table.all("th"):
            if header.attrs.get("scope") not in {"col", "row", "colgroup", "rowgroup"}:
                yield f"a header of nothing: {header.text[:40]!r}"
            if not header.name and not header.hidden:
                yield "an empty header"


def _pictures(page: Node) -> Iterator[str]:
    for node in page.all("img", "iframe", "svg"):
        titles = [each for each in node.children if isinstance(each, Node) and each.tag == "title" and each.text]
        if node.tag == "img" and "alt" not in node.attrs:
            yield "a picture without a text"
        if node.tag == "svg" and not node.hidden and (node.attrs.get("role") != "img" or not titles):
            yield "a drawing without a text"
        if node.tag == "iframe" and not node.attrs.get("title"):
            yield "a frame without a title"


def _fields(page: Node) -> Iterator[str]:
    labelled = {node.attrs.get("for") for node in page.all("label")}
    for node in page.all("a", "button", "summary"):
        if not node.name and not node.hidden:
            yield f"a {node.tag} without a name"
    for node in page.all("input", "select", "textarea"):
        within = any(each.tag == "label" for each in node.above())
        known = within or node.attrs.get("aria-label") or node.attrs.get("id", "-") in labelled
        if not known and node.attrs.get("type") != "hidden":
            yield f"a {node.tag} without a label"


def _keyboard(page: Node) -> Iterator[str]:
    for node in page.elements():
        reached = node.tag in KEYS or "tabindex" in node.attrs
        if reached and node.hidden and node.attrs.get("tabindex") != "-1":
            yield f"a hidden {node.tag} that the keyboard reaches"
        if int(node.attrs.get("tabindex") or 0) > 0:
            yield "an order of its own for the keyboard"
        clickable = "onclick" in node.attrs or node.attrs.get("role") == "button" or "data-sort" in node.attrs
        if clickable and node.tag not in {"a", "button"}:
            yield f"a {node.tag} that only a mouse can use"


def _colour_alone(page: Node) -> Iterator[str]:
    """What is set in the accent colour is also bold, or drawn larger than what is not."""
    if not any(re.search(r"\.hot\s*{[^}]*(?<![-\w])color:", style.text) for style in page.all("style")):
        return
    for node in page.elements():
        if "hot" not in node.attrs.get("class", "").split():
            continue
        drawn = node.tag in {"path", "circle"}
        if not drawn and node.tag not in {"b", "strong"}:
            yield f"told by colour alone: {node.text[:40]!r}"
