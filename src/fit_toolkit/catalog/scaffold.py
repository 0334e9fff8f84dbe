"""A first definition file, with comments that say what to fill in; what it writes passes the check."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Sketch(Struct, frozen=True):
    """What is known about an instrument before its file exists."""

    id: str
    low: float
    high: float
    direction: str
    title: str = ""
    construct: str = "symptoms"
    raters: tuple[str, ...] = ("client",)
    step: float | None = None
    items: int = 0  # 0: totals only
    answers: tuple[float, float] = (0, 0)
    cutoff: tuple[str, float] | None = None
    source: str = ""


def definition(sketch: Sketch) -> str:
    """Write the YAML of a new definition."""
    kind = "scores come in ready made" if not sketch.items else "fill in what each item is about, never its wording"
    head = f"""\
# A definition of this practice: {kind}.
# `fit instruments check` reads it; `fit instruments schema` gives the schema for your editor.
format: fit-instrument/1
id: {sketch.id}
version: "1"                  # in quotes; any change of items or scoring is a new version
title: {_quoted(sketch.title or sketch.id)}
construct: {sketch.construct}           # alliance | outcome | symptoms | functioning | other
raters: [{", ".join(sketch.raters)}]
direction: {sketch.direction}    # what a high number means
{"" if sketch.items else "totals_only: true             # no items here"}

licence:
  status: local               # this practice answers for its right to use the form
  electronic_use: unknown     # allowed | licence-required | not-allowed | unknown
  text_included: false
  # holder: who holds the rights
  # note: what the licence says

validation: {{status: unknown}}   # published | unvalidated | unknown
"""
    return head.replace("\n\n\n", "\n\n") + "\n" + "\n".join(_body(sketch)) + "\n"


def _body(sketch: Sketch) -> Iterable[str]:
    ids = [f"q{number}" for number in range(1, sketch.items + 1)]
    low, high = sketch.answers
    if ids:
        yield "items:"
        for id in ids:
            yield f"  - {{id: {id}, label: {id}, range: [{low:g}, {high:g}]}}"
        yield ""
    yield "scales:"
    yield "  - id: total"
    if ids:
        yield f"    items: [{', '.join(ids)}]"
        yield "    method: sum               # sum | mean | weighted | lookup | plugin"
        yield "    # reverse: [q2]           # items that are turned round"
        yield "    # missing: {min_answered: 8, prorate: true}   # without this line every item is needed"
    yield f"    range: [{sketch.low:g}, {sketch.high:g}]"
    if sketch.step is not None:
        yield f"    step: {sketch.step:g}"
    yield from _cutoff(sketch)
    if ids:
        floor, top = (", ".join(f"{id}: {value:g}" for id in ids) for value in (low, high))
        yield ""
        yield "tests:                        # answers, and the score they must give"
        yield f"  - {{name: floor, given: {{{floor}}}, expect: {{total: {sketch.low:g}}}}}"
        yield f"  - {{name: ceiling, given: {{{top}}}, expect: {{total: {sketch.high:g}}}}}"


def _cutoff(sketch: Sketch) -> Iterable[str]:
    if sketch.cutoff is None:
        yield "    # A line needs its operator, its source, and `verified: true` once somebody has read it there:"
        yield "    # cutoffs:"
        yield '    #   - {value: 14, operator: ">=", label: clinical range, source: manual, verified: true}'
        yield "    # (and at the end of the file)  sources: {manual: {text: the manual, page 12}}"
        return
    operator, value = sketch.cutoff
    yield "    cutoffs:"
    yield f'      - {{value: {value:g}, operator: "{operator}", label: cut-off, source: given, verified: true}}'
    yield ""
    yield "sources:"
    yield f"  given: {{text: {_quoted(sketch.source)}}}"


def _quoted(text: str) -> str:
    """Write text in the double quotes of YAML, whatever is in it."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in plain) + '"'
