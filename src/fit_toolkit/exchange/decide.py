"""From fields to items: what the author has decided by flag, and the list of what is still to be decided."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from fit_toolkit.catalog.convert import nearest
from fit_toolkit.exchange.draft import Choice, Field, Form, Problem
from fit_toolkit.exchange.label import NOT_THE_WORDS
from fit_toolkit.exchange.text import decimal, item_id, number, plain, slug
from fit_toolkit.model.instrument import SLUG, Item, Option

MAX_ITEMS = 300
_ITEM = re.compile(r"[a-z][a-z0-9_]{0,31}")
_ID = re.compile(rf"(?=.{{1,64}}$){SLUG.rstrip('$')}")
# Numbers that data files use for an answer that is none; suspicious only where they stand apart from the others.
_MISSING = {
    *(-n for n in (1, 7, 8, 9)),
    7,
    8,
    9,
    *(n for d in (11, 111, 1111) for s in (7, 8, 9) for n in (d * s, -d * s)),
}
_MISSING |= {sign * n for n in (96, 97, 98, 996, 997, 998, 9996, 9997, 9998) for sign in (1, -1)}
_NO_ANSWER = re.compile(
    r"\b(refus\w*|missing|not (?:applicable|answered|asked|known|done)|do(?:n['’]?t| not) know|unknown|unsure"
    r"|prefer not|rather not|n/?a|no answer|keine angabe|weiß nicht|weiss nicht)\b"
)


class Decisions(Struct, frozen=True):
    """What the author said on the command line; None: not said yet."""

    direction: str | None = None
    method: Literal["sum", "mean"] | None = None
    reverse: tuple[str, ...] | None = None  # () says: none is turned round
    without: tuple[str, ...] = ()
    unscored: tuple[str, ...] = ()
    values: dict[str, float] = {}
    answers: tuple[float, float] | None = None
    missing_codes: tuple[str, ...] | None = None
    numbered: bool = False
    groups: bool = False
    id: str = ""
    title: str = ""
    construct: str = "symptoms"
    raters: tuple[str, ...] = ("client",)
    language: str = ""


class Settled(Struct, frozen=True):
    """A form with everything decided that could be; `open` is what could not."""

    form: Form
    items: tuple[Item, ...]
    fields: tuple[Field, ...]  # of the items, in the same order
    left_out: tuple[Field, ...]
    notices: tuple[str, ...]
    open: tuple[Problem, ...]
    reverse: tuple[str, ...] = ()


def settle(form: Form, decided: Decisions) -> Settled:
    """Make items of the fields and list what the file does not say and the author has not decided."""
    asked: list[Problem] = []
    notices = list(form.notices)
    if decided.missing_codes:
        codes = ", ".join(plain(each, 20) for each in decided.missing_codes)
        notices.append(
            f"no answers, as you said: {codes}; `fit import` refuses a cell that holds one, so leave it empty there"
        )
    asked += _unknown_names(form, decided)
    dropped = {*decided.without}
    kept = [each for each in form.fields if each.kind != "other" and each.name not in dropped]
    left = [replace(e, why_not="as you said") if e.name in dropped else e for e in form.fields if e not in kept]
    kept = [_answered(_worded(each), decided, asked) for each in kept]
    if not kept:
        asked.append(Problem(form.file, f"the form '{plain(form.name, 60)}' has no field that can be an item"))
    elif len(kept) > MAX_ITEMS:
        asked.append(Problem(form.file, f"more than {MAX_ITEMS} items; name those to leave out with --without"))
    ids = _ids(kept, decided, notices)
    items = tuple(_item(field, id, decided, notices) for field, id in zip(kept, ids, strict=True))
    names = {**dict(zip((field.name for field in kept), ids, strict=True)), **{id: id for id in ids}}
    reverse = tuple(dict.fromkeys(names[each] for each in decided.reverse or () if each in names))
    asked += _unsaid(form, decided, items)
    return Settled(form, items, tuple(kept), tuple(left), tuple(notices), tuple(asked), reverse)


def _unsaid(form: Form, decided: Decisions, items: tuple[Item, ...]) -> Iterator[Problem]:
    """What no file of these formats says: which way a high number points, how items become a score."""
    if decided.direction is None:
        yield Problem(form.file, "what does a high score mean? --direction higher_is_better or higher_is_worse")
    if decided.method is None:
        yield Problem(form.file, "how do the items become one score? --method sum or --method mean")
    if decided.reverse is None:
        yield Problem(form.file, "which items are turned round in scoring? --reverse FIELD,FIELD or --reverse none")
    if not _ID.fullmatch(decided.id or slug(form.name)):
        yield Problem(form.file, "what shall it be called? --id, lower-case letters, digits and single hyphens")
    if items and not any(item.scored for item in items):
        yield Problem(form.file, "no item is left to be scored")


def _unknown_names(form: Form, decided: Decisions) -> Iterator[Problem]:
    known = {each.name for each in form.fields} | {each.id for each in form.fields if each.id}
    known |= {item_id(each.name) for each in form.fields} | {f"q{n}" for n in range(1, len(form.fields) + 1)}
    for option, names in (("without", decided.without), ("unscored", decided.unscored), ("reverse", decided.reverse)):
        for name in names or ():
            if name not in known:
                meant = plain(nearest(name, (each.name for each in form.fields if each.kind != "other")), 400)
                yield Problem(form.file, f"--{option}: the form has no field '{plain(name, 60)}'; {meant}")


def _worded(field: Field) -> Field:
    """Take no label for words where our own export marked it as a label."""
    return replace(field, text="") if field.text.endswith(NOT_THE_WORDS) else field


def _answered(field: Field, decided: Decisions, asked: list[Problem]) -> Field:
    """Settle what each answer counts, and how far a number goes."""
    if field.kind == "number":
        if field.span is None and decided.answers is None:
            message = f"lowest and highest answer of '{plain(field.name, 60)}'? --answers LOW,HIGH or --without it"
            asked.append(Problem(field.place, message))
        return field if field.span else replace(field, span=decided.answers)
    none = set(decided.missing_codes or ())
    choices = tuple(
        replace(each, value=decided.values.get(each.code, each.value))
        for each in field.choices
        if each.code not in none
    )
    if decided.missing_codes is None and (doubtful := list(_doubtful(choices))):
        codes = ", ".join(plain(each, 20) for each in doubtful)
        message = f"'{plain(field.name, 60)}': does {codes} stand for no answer? --missing-codes CODES or none"
        asked.append(Problem(field.place, message))
    unknown = [plain(each.code, 40) for each in choices if each.value is None]
    if unknown:
        message = (
            f"what do the answers {', '.join(unknown[:12])} of '{plain(field.name, 60)}' count? --values CODE=NUMBER"
        )
        asked.append(Problem(field.place, message))
    if len(choices) < 2:
        asked.append(Problem(field.place, f"'{plain(field.name, 60)}' keeps fewer than two answers; --without it"))
    return replace(field, choices=choices)


def _doubtful(choices: tuple[Choice, ...]) -> Iterator[str]:
    """Give the codes that look like no answer at all: by their number, or by their words."""
    values = sorted({each.value for each in choices if each.value is not None})
    rest = [value for value in values if value not in _MISSING]
    apart = max((high - low for low, high in pairwise(rest)), default=0.0)
    for each in choices:
        by_words = bool(_NO_ANSWER.search(each.text.lower()))
        far = each.value in _MISSING and len(rest) > 1 and min(abs(each.value - other) for other in rest) > 2 * apart
        below = each.value is not None and each.value in _MISSING and each.value < 0 and bool(rest) and min(rest) >= 0
        if by_words or far or below:
            yield each.code


def _ids(fields: list[Field], decided: Decisions, notices: list[str]) -> list[str]:
    """Name the items: as our export had them, else after their fields, else q1, q2 ..."""
    made = [field.id if _ITEM.fullmatch(field.id) else item_id(field.name) for field in fields]
    if not decided.numbered and all(made) and len(set(made)) == len(made) and "total" not in made:
        return made
    if not decided.numbered and fields:
        why = next(
            (f.name for f, id in zip(fields, made, strict=True) if not id or id == "total" or made.count(id) > 1), ""
        )
        notices.append(f"the items are numbered: '{plain(why, 60)}' cannot be an item id")
    taken = {field.name for field in fields}
    numbered = [f"q{number}" for number in range(1, len(fields) + 1)]
    return [f"item_{id[1:]}" for id in numbered] if taken & {*numbered} else numbered


def _item(field: Field, id: str, decided: Decisions, notices: list[str]) -> Item:
    aliases = field.aliases if field.aliases is not None else (field.name,) * (field.name != id)
    fitting = tuple(dict.fromkeys(each for each in aliases if 0 < len(each) <= 64 and each.isprintable()))
    if len(fitting) < len(aliases):
        notices.append(f"{id}: its name in the file is too long to be kept as an alias")
    codes = {"loinc": field.loinc} if re.fullmatch(r"[0-9]{1,7}-[0-9]", field.loinc) else {}
    scored = not {field.name, id} & {*decided.unscored}
    return Item(
        id=id, label=plain(field.label or (id if field.id else field.name), 80), type="choice" if field.kind == "choice" else "number",
        range=field.span if field.kind == "number" else None, step=field.step, scored=scored, codes=codes,
        aliases=fitting, options=tuple(_options(field, id, notices)) if field.kind == "choice" else (),
    )  # fmt: skip


def _options(field: Field, id: str, notices: list[str]) -> Iterator[Option]:
    """Keep the file's codes, unless one of them would be read as what another answer counts."""
    values = {decimal(each.value): each.value for each in field.choices if each.value is not None}
    clash = any(
        (read := number(each.code)) is not None and decimal(read) in values and read != each.value
        for each in field.choices
    )
    if clash:
        notices.append(f"{id}: codes of the file read like values of other answers; here they begin with 'code-'")
    for each in field.choices:
        if each.value is not None:
            yield Option(value=each.value, code=f"code-{each.code}" if clash else each.code)


def scale_ids(groups: list[str], taken: set[str]) -> dict[str, str]:
    """Name the scales made of groups, apart from each other and from the items."""
    found: dict[str, str] = {}
    count: Counter[str] = Counter()
    for place, group in enumerate(groups, start=1):
        made = slug(group) or f"group-{place}"
        made = f"{made[:50]}-scale" if made in taken or made == "total" else made
        count[made] += 1
        found[group] = made if count[made] == 1 else f"{made[:50]}-{place}"
    return found
