"""A first definition file, with comments that say what to fill in; what it writes passes the check and its own tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from msgspec import Struct

from fit_toolkit.catalog.quoting import quoted
from fit_toolkit.errors import DataError

SCHEMA_FILE = "_instrument.schema.json"  # beside the definitions; the underscore keeps it from being read as one


class Named(Struct, frozen=True):
    """Items under one name: a scale, or a facet."""

    id: str
    items: tuple[str, ...]


class Sketch(Struct, frozen=True):
    """What is known about an instrument before its file exists."""

    id: str
    direction: str
    title: str = ""
    construct: str = "symptoms"
    raters: tuple[str, ...] = ("client",)
    low: float = 0  # of the total, where there are no items
    high: float = 0
    step: float | None = None
    items: int = 0  # 0: totals only
    answers: tuple[float, float] = (0, 0)
    scales: tuple[Named, ...] = ()  # none: one total of all items
    facets: tuple[Named, ...] = ()
    reverse: tuple[str, ...] = ()
    method: str = "sum"
    status: str = "local"
    licence: str = ""
    holder: str = ""
    electronic_use: str = "unknown"
    cutoff: tuple[str, float] | None = None
    source: str = ""
    schema: str = ""  # where editors find the schema, as the file's first line says it

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Ids of the items, in order."""
        return tuple(f"q{number}" for number in range(1, self.items + 1))

    @property
    def all_scales(self) -> tuple[Named, ...]:
        """The scales as given, or one total."""
        return self.scales or (Named("total", self.item_ids),)

    @property
    def main(self) -> str:
        """The scale that stands for the whole: `total`, or the first."""
        ids = [scale.id for scale in self.all_scales]
        return "total" if "total" in ids else ids[0]


def item_range(text: str, item_ids: Sequence[str]) -> tuple[str, ...]:
    """Read `q1,q3-q6` as the items of a form that they are; DataError names one that is not there."""
    found: list[str] = []
    for part in (each.strip() for each in text.split(",") if each.strip()):
        first, dash, last = (each.strip() for each in part.partition("-"))
        for id in (first, last) if dash else (first,):
            if id not in item_ids:
                raise DataError(f"there is no item '{id}'", hint=f"items are {item_ids[0]} to {item_ids[-1]}")
        low, high = item_ids.index(first), item_ids.index(last if dash else first)
        if low > high:
            raise DataError(f"'{part}' runs backwards", hint=f"{last}-{first}")
        found += [id for id in item_ids[low : high + 1] if id not in found]
    return tuple(found)


def definition(sketch: Sketch) -> str:
    """Write the YAML of a new definition."""
    kind = "scores come in ready made" if not sketch.items else "fill in what each item is about, never its wording"
    pointer = [f"# yaml-language-server: $schema={sketch.schema}"] if sketch.schema else []
    lines = [
        *pointer,
        f"# A definition of this practice: {kind}.",
        "# `fit instruments check` reads it, `fit instruments test` runs the tests at its end.",
        "format: fit-instrument/1",
        f"id: {sketch.id}",
        _noted('version: "1"', "in quotes; any change of items or scoring is a new version"),
        f"title: {quoted(sketch.title or sketch.id)}",
        _noted(f"construct: {sketch.construct}", "alliance | outcome | symptoms | functioning | other"),
        f"raters: [{', '.join(sketch.raters)}]",
        _noted(f"direction: {sketch.direction}", "what a high number means"),
        *([] if sketch.items else [_noted("totals_only: true", "no items here")]),
        *([f"main_scale: {sketch.main}"] if sketch.items and sketch.main != "total" else []),
        "",
        *_licence(sketch),
        "",
        _noted("validation: {status: unknown}", "published | unvalidated | unknown"),
        "",
        *_items(sketch),
        *_scales(sketch),
        *_sources(sketch),
        *_tests(sketch),
    ]
    return "\n".join(lines) + "\n"


def _noted(line: str, note: str) -> str:
    return f"{line.ljust(31)} # {note}"


def _licence(sketch: Sketch) -> Iterator[str]:
    yield "licence:"
    about = (
        "this practice answers for its right to use the form"
        if sketch.status == "local"
        else "what a practice must have"
    )
    yield _noted(f"  status: {sketch.status}", about)
    yield _noted(f"  electronic_use: {sketch.electronic_use}", "allowed | licence-required | not-allowed | unknown")
    yield _noted("  text_included: false", "the wording of the items is not in this file")
    yield f"  name: {quoted(sketch.licence)}" if sketch.licence else "  # name: what the licence is called"
    yield f"  holder: {quoted(sketch.holder)}" if sketch.holder else "  # holder: who holds the rights"
    yield "  # note: what the licence says"


def _items(sketch: Sketch) -> Iterator[str]:
    if not sketch.items:
        return
    low, high = sketch.answers
    facets = {item: facet.id for facet in sketch.facets for item in facet.items}
    used = {item for scale in sketch.all_scales for item in scale.items}
    yield _noted("items:", "a label is our own short word for what the item is about")
    for id in sketch.item_ids:
        facet = f", facet: {facets[id]}" if id in facets else ""
        scored = "" if id in used else ", scored: false"
        yield f"  - {{id: {id}, label: {id}, range: [{_n(low)}, {_n(high)}]{facet}{scored}}}"
    yield ""


def _scales(sketch: Sketch) -> Iterator[str]:
    yield "scales:"
    for scale in sketch.all_scales if sketch.items else (Named("total", ()),):
        yield f"  - id: {scale.id}"
        low, high = sketch.low, sketch.high
        if sketch.items:
            turned = [id for id in scale.items if id in sketch.reverse]
            size = 1 if sketch.method == "mean" else len(scale.items)
            low, high = sketch.answers[0] * size, sketch.answers[1] * size
            yield f"    items: [{', '.join(scale.items)}]"
            yield _noted(f"    method: {sketch.method}", "sum | mean | weighted | lookup | plugin")
            if turned:
                yield _noted(f"    reverse: [{', '.join(turned)}]", "turned round within the item's own range")
            elif not sketch.reverse:
                yield "    # reverse: [q2]             # items that are turned round"
            least = max(1, -(-len(scale.items) * 4 // 5))
            yield f"    # missing: {{min_answered: {least}, prorate: true}}   # without this line every item is needed"
        yield f"    range: [{_n(low)}, {_n(high)}]"
        if sketch.step is not None:
            yield f"    step: {_n(sketch.step)}"
        if scale.id == sketch.main or not sketch.items:
            yield from _cutoff(sketch)


def _cutoff(sketch: Sketch) -> Iterable[str]:
    if sketch.cutoff is None:
        yield "    # A line needs its operator, its source, and `verified: true` once somebody has read it there:"
        yield "    # cutoffs:"
        yield '    #   - {value: 14, operator: ">=", label: clinical range, source: manual, verified: true}'
        yield "    # (and at the end of the file)  sources: {manual: {text: the manual, page 12}}"
        return
    operator, value = sketch.cutoff
    yield "    cutoffs:"
    yield f'      - {{value: {_n(value)}, operator: "{operator}", label: cut-off, source: given, verified: true}}'


def _sources(sketch: Sketch) -> Iterator[str]:
    if sketch.cutoff is not None:
        yield ""
        yield "sources:"
        yield f"  given: {{text: {quoted(sketch.source)}}}"


def _tests(sketch: Sketch) -> Iterator[str]:
    """Work one form out by hand for each scale: plain sums of the answers as a person would do them on paper."""
    if not sketch.items:
        return
    yield ""
    yield _noted("tests:", "answers, and the score they must give")
    for scale in sketch.all_scales:
        given = {id: _answer(sketch, id, place) for place, id in enumerate(scale.items)}
        terms, total = list[str](), Fraction()
        for id, answer in given.items():
            counts = (
                Fraction(str(sketch.answers[0])) + Fraction(str(sketch.answers[1])) - answer
                if id in sketch.reverse
                else answer
            )
            total += counts
            terms.append(_n(counts) if counts >= 0 or not terms else f"({_n(counts)})")
        shared = f", by {len(given)}" if sketch.method == "mean" else ""
        score = total / len(given) if sketch.method == "mean" else total
        turned = " once the turned ones are turned" if set(given) & set(sketch.reverse) else ""
        yield f"  # {' + '.join(terms)} = {_n(total)}{shared}{turned}"
        answers = ", ".join(f"{id}: {_n(value)}" for id, value in given.items())
        yield f"  - {{name: {scale.id} by hand, given: {{{answers}}}, expect: {{{scale.id}: {_n(score)}}}}}"


def _answer(sketch: Sketch, id: str, place: int) -> Fraction:
    """Give the answers in turn, beginning above the lowest; a turned item gets the highest, so that its turning shows."""
    low, high = (Fraction(str(end)) for end in sketch.answers)
    return high if id in sketch.reverse else low + (place + 1) % (int(high - low) + 1)


def _n(value: float | Fraction) -> str:
    """Write a number with six decimals at most, as exactly as scores are kept."""
    text = f"{float(value):.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
