"""The YAML of a definition made from a foreign form, with comments that say what was left out and what to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from fit_toolkit.catalog.quoting import quoted
from fit_toolkit.exchange.decide import Decisions, Settled, scale_ids
from fit_toolkit.exchange.fhir_names import LOINC_NOTICE
from fit_toolkit.exchange.text import decimal, plain, slug
from fit_toolkit.model.instrument import Item, Option


def instrument_id(settled: Settled, decided: Decisions) -> str:
    """Give the id of the instrument: as said, else after the form."""
    return decided.id or slug(settled.form.name)


def definition(settled: Settled, decided: Decisions) -> str:
    """Write the whole file."""
    form = settled.form
    id = instrument_id(settled, decided)
    title = decided.title or form.title or id
    lines = [
        *_head(settled),
        "format: fit-instrument/1",
        f"id: {id}",
        f"version: {quoted(plain(form.version, 40) or '1')}                  # in quotes; any change of items or scoring is a new version",
        f"title: {quoted(plain(title))}",
        f"construct: {decided.construct}           # alliance | outcome | symptoms | functioning | other",
        f"raters: [{', '.join(decided.raters)}]",
        f"direction: {decided.direction}    # as you said",
        "",
        "licence:",
        "  status: local               # this practice answers for its right to use the form",
        "  electronic_use: unknown     # allowed | licence-required | not-allowed | unknown",
        "  text_included: false",
        *([f"  holder: {quoted(plain(form.holder))}"] if form.holder else []),
        *([f"  note: {quoted('the file says: ' + plain(form.rights, 400))}"] if form.rights else []),
        "",
        "validation: {status: unknown}   # published | unvalidated | unknown",
        "",
        *_items(settled.items),
        "",
        *_scales(settled, decided),
        "",
        *_tests(settled, decided),
    ]
    return "\n".join(lines) + "\n"


def remarks(settled: Settled) -> list[str]:
    """Say what was left out, shown only, or needs a look; one line each."""
    lines = [f"left out: {plain(each.name, 60)} ({each.why_not})" for each in settled.left_out]
    lines += [
        f"calculation, not used: {plain(each.name, 60)} = {plain(each.calculation, 400)}"
        for each in settled.form.fields
        if each.calculation
    ]
    lines += [
        f"asked only when, not used: {plain(each.name, 60)}: {plain(each.condition)}"
        for each in settled.fields
        if each.condition
    ]
    groups = [name for name, _ in _groups(settled)]
    if len(groups) > 1:
        lines.append(f"groups in the file: {', '.join(plain(each, 40) for each in groups)}")
    return [*lines, *(plain(each, 300) for each in settled.notices)]


def _head(settled: Settled) -> Iterator[str]:
    form = settled.form
    name = plain(form.file.replace("\\", "/").rpartition("/")[2], 80)
    yield f"# Made from a {form.source}: {name}, form {plain(form.name, 80)}."
    yield "# The author decides, with the questionnaire's manual at hand: are all items here and scored, which are turned round,"
    yield "# what happens when answers are missing, which cut-offs hold. Labels are the fields' names, never the wording."
    for line in remarks(settled):
        yield f"# {line}"
    if any(item.codes for item in settled.items):
        yield f"# {LOINC_NOTICE}"


def _items(items: tuple[Item, ...]) -> Iterator[str]:
    sets = _sets(items)
    if sets:
        yield "option_sets:"
        for options, name in sets.items():
            yield f"  {name}: [{', '.join(map(_option, options))}]"
        yield ""
    yield "items:"
    for item in items:
        parts = [f"id: {item.id}", f"label: {quoted(item.label)}", *_answers(item, sets)]
        parts += ["scored: false"] * (not item.scored)
        parts += [f"codes: {{loinc: {quoted(code)}}}" for code in item.codes.values()]
        if item.aliases:
            parts.append(f"aliases: [{', '.join(map(quoted, item.aliases))}]")
        yield f"  - {{{', '.join(parts)}}}"


def _answers(item: Item, sets: dict[tuple[Option, ...], str]) -> Iterator[str]:
    if item.options in sets:
        yield f"option_set: {sets[item.options]}"
    elif item.options:
        yield f"options: [{', '.join(map(_option, item.options))}]"
    elif item.range:
        yield f"range: [{decimal(item.range[0])}, {decimal(item.range[1])}]"
        if item.step != 1:
            yield f"step: {decimal(item.step)}"


def _sets(items: tuple[Item, ...]) -> dict[tuple[Option, ...], str]:
    """Name the lists of answers that several items share."""
    shared = [options for options, count in Counter(item.options for item in items).items() if options and count > 1]
    return {options: "answers" if at == 1 else f"answers-{at}" for at, options in enumerate(shared, start=1)}


def _option(option: Option) -> str:
    return f"{{value: {decimal(option.value)}, code: {quoted(option.code)}}}"


def _groups(settled: Settled) -> list[tuple[str, list[Item]]]:
    found: dict[str, list[Item]] = {}
    for item, field in zip(settled.items, settled.fields, strict=True):
        if field.group and item.scored:
            found.setdefault(field.group, []).append(item)
    return list(found.items())


def _parts(settled: Settled, decided: Decisions) -> list[tuple[str, list[Item]]]:
    """Give the scales: the total, and where it was asked for one for each group."""
    parts = [("total", [item for item in settled.items if item.scored])]
    if decided.groups:
        groups = _groups(settled)
        names = scale_ids([name for name, _ in groups], {item.id for item in settled.items})
        parts += [(names[name], items) for name, items in groups]
    return parts


def _scales(settled: Settled, decided: Decisions) -> Iterator[str]:
    yield "scales:"
    for id, items in _parts(settled, decided):
        turned = [item.id for item in items if item.id in settled.reverse]
        low, high = _ends(items, decided)
        yield f"  - id: {id}"
        yield f"    items: [{', '.join(item.id for item in items)}]"
        yield f"    method: {decided.method}               # as you said; sum | mean | weighted | lookup | plugin"
        if turned:
            yield f"    reverse: [{', '.join(turned)}]"
        if id == "total":
            yield f"    # missing: {{min_answered: {len(items)}, prorate: true}}   # without such a line every item is needed"
        yield f"    range: [{decimal(low)}, {decimal(high)}]"
    yield "    # A line needs its operator, its source, and `verified: true` once somebody has read it there:"
    yield "    # cutoffs:"
    yield '    #   - {value: 14, operator: ">=", label: clinical range, source: manual, verified: true}'
    yield "    # (and at the end of the file)  sources: {manual: {text: the manual, page 12}}"


def _ends(items: Iterable[Item], decided: Decisions) -> tuple[float, float]:
    listed = list(items)
    share = len(listed) if decided.method == "mean" else 1
    low, high = sum(item.minimum for item in listed), sum(item.maximum for item in listed)
    return round(low / share, 6), round(high / share, 6)


def _tests(settled: Settled, decided: Decisions) -> Iterator[str]:
    """Two worked examples by our own arithmetic: every item at its lowest answer, and at its highest."""
    yield "tests:                        # answers, and the score they must give"
    scored = [item for item in settled.items if item.scored]
    for name, top in (("every answer at its lowest", False), ("every answer at its highest", True)):
        given = ", ".join(f"{item.id}: {decimal(item.maximum if top else item.minimum)}" for item in scored)
        expect = []
        for id, items in _parts(settled, decided):
            counted = [item.maximum if top != (item.id in settled.reverse) else item.minimum for item in items]
            share = len(counted) if decided.method == "mean" else 1
            expect.append(f"{id}: {decimal(round(sum(counted) / share, 6))}")
        yield f"  - {{name: {name}, given: {{{given}}}, expect: {{{', '.join(expect)}}}}}"
