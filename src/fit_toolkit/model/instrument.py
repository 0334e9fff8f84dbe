"""The instrument as a frozen record: the one typed description that files, scoring, sheets and the JSON Schema share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeVar

from msgspec import Meta, Struct, field

from fit_toolkit.errors import DataError
from fit_toolkit.model.scale import (
    Band,
    BandSet,
    Condition,
    Cutoff,
    KeyedTable,
    LookupRow,
    Missing,
    Recode,
    Reliability,
    ReliableChange,
    Round,
    Scale,
    Sd,
    Who,
)
from fit_toolkit.model.terms import (
    SLUG,
    TICK,
    Direction,
    ItemId,
    Method,
    Occasion,
    Operator,
    Range,
    RaterRole,
    Record,
    ScaleId,
    Severity,
    Sex,
    Slug,
    SourceRef,
    Verified,
    WayOut,
    ticks,
)

__all__ = [
    "SLUG",
    "TICK",
    "Asked",
    "Band",
    "BandSet",
    "Condition",
    "Cutoff",
    "Direction",
    "Instrument",
    "Item",
    "ItemId",
    "KeyedTable",
    "Licence",
    "LookupRow",
    "Method",
    "Missing",
    "Occasion",
    "Operator",
    "Option",
    "Person",
    "Range",
    "RaterRole",
    "Recode",
    "Record",
    "Reliability",
    "ReliableChange",
    "Risk",
    "Round",
    "Scale",
    "ScaleView",
    "Sd",
    "Severity",
    "Sex",
    "Skip",
    "Slug",
    "Source",
    "SourceRef",
    "Suggestion",
    "Validation",
    "Verified",
    "WayOut",
    "Who",
    "WorkedTest",
    "split_sources",
    "ticks",
]


class Option(Record, frozen=True):
    """One answer of a closed list: what it counts, and the code by which it may be typed."""

    value: Annotated[float, Meta(description="What the answer counts.")]
    code: Annotated[str, Meta(description="What may be typed instead of the value.")] = ""
    label: Annotated[str, Meta(description="Our own neutral label; wording belongs in a wording file.")] = ""


class Asked(Record, frozen=True):
    """At which sessions an item is asked, for items that are not on every form."""

    sessions: Annotated[tuple[int, ...], Meta(description="Session numbers, from 1.")] = ()
    every: Annotated[int, Meta(ge=1, description="Then again every so many sessions after the last of `sessions`.")] = 1

    def at(self, session: int) -> bool:
        """Say whether the item is asked at this session number (from 1)."""
        last = max(self.sessions, default=0)
        return session in self.sessions or (session > last and (session - last) % self.every == 0)


class Item(Record, frozen=True):
    """One question: its permitted answers and its place in the form, never its published wording."""

    id: ItemId
    label: Annotated[str, Meta(description="Short neutral name, ours; not the wording.")] = ""
    facet: Annotated[str, Meta(description="What it is about; shared by the forms of different raters.")] = ""
    type: Annotated[
        Literal["number", "choice", "text"],
        Meta(description="`choice` follows from options; `text` is kept as written and never scored."),
    ] = "number"
    range: Range | None = None
    step: Annotated[float, Meta(description="Between two permitted answers of a `range`.", gt=0)] = 1.0
    options: Annotated[
        tuple[Option, ...], Meta(description="The permitted answers, where they are not a plain range.")
    ] = ()
    option_set: Annotated[str, Meta(description="Name of a list in `option_sets`, instead of `options`.")] = ""
    scored: Annotated[bool, Meta(description="False for an item that belongs to no scale.")] = True
    direction: Annotated[Direction, Meta(description="When it differs from the instrument's.")] | None = None
    ways_out: Annotated[
        tuple[WayOut, ...], Meta(description="What may be said instead of an answer; it counts as none.")
    ] = ()
    asked: Annotated[Asked, Meta(description="For items not on every form; unanswered is then no gap.")] | None = None
    codes: Annotated[dict[str, str], Meta(description="Codes of the item in other systems.")] = field(
        default_factory=dict
    )
    aliases: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...],
        Meta(description="Other column names under which a file may bring the answers."),
    ] = ()

    @property
    def minimum(self) -> float:
        """Lowest permitted value; 0 for text."""
        if self.options:
            return min(option.value for option in self.options)
        return self.range[0] if self.range else 0.0

    @property
    def maximum(self) -> float:
        """Highest permitted value; 0 for text."""
        if self.options:
            return max(option.value for option in self.options)
        return self.range[1] if self.range else 0.0

    @property
    def is_text(self) -> bool:
        """Whether the answer is free text, kept as written and never scored."""
        return self.type == "text"

    def values(self) -> tuple[float, ...]:
        """List every permitted value, in rising order; empty for text."""
        if self.options:
            return tuple(sorted({option.value for option in self.options}))
        if self.range is None:
            return ()
        low, high, step = ticks(self.range[0]), ticks(self.range[1]), ticks(self.step)
        return tuple(value / TICK for value in range(low, high + 1, step))

    def accepts(self, value: float) -> bool:
        """Say whether a number is a permitted answer."""
        wanted = ticks(value)
        if self.options:
            return any(ticks(option.value) == wanted for option in self.options)
        if self.range is None:
            return False
        low, high = ticks(self.range[0]), ticks(self.range[1])
        return low <= wanted <= high and (wanted - low) % ticks(self.step) == 0


class Risk(Record, frozen=True):
    """An answer that a person has to look at, whatever the total says."""

    id: Slug
    item: ItemId
    operator: Annotated[Operator, Meta(description="Which side of the value, in quotes.")]
    value: Annotated[float, Meta(description="From which answer on.")]
    meaning: Annotated[str, Meta(description="What such an answer is about.")]
    source: SourceRef


class Skip(Record, frozen=True):
    """Early completion: when the sum of some answers equals a number, others left out count as given."""

    when: Annotated[tuple[ItemId, ...], Meta(description="The items that decide.", min_length=1)]
    equals: Annotated[float, Meta(description="What their answers have to add up to.")]
    items: Annotated[tuple[ItemId, ...], Meta(description="The items that may be left out then.", min_length=1)]
    count_as: Annotated[float, Meta(description="What each of them counts then.")]
    source: SourceRef


class Suggestion(Record, frozen=True):
    """A policy that its makers or users recommend with the instrument; nothing watches until a practice writes it down."""

    id: Slug
    kind: Annotated[Slug, Meta(description="The kind of policy; `fit policies list` names them.")]
    because: Annotated[str, Meta(min_length=1, description="Why, in one sentence.")]
    scale: Annotated[str, Meta(description="A scale or an item; default: the main scale.")] = ""
    rater: Annotated[RaterRole, Meta(description="Whose ratings; default: the client's.")] | None = None
    severity: Annotated[Severity, Meta(description="Default: that of the kind.")] | None = None
    after: Annotated[int, Meta(ge=1, description="How many ratings in a row.")] | None = None
    parameters: Annotated[dict[str, Any], Meta(description="Settings of the kind; `fit policies show KIND`.")] = field(
        default_factory=dict
    )
    source: Annotated[str, Meta(description="Key in `sources`, for what rests on a published figure.")] = ""


class Licence(Record, frozen=True):
    """Who holds the rights and what a practice must have before it prints or shows the form."""

    status: Annotated[
        Literal["open", "free", "permission", "registration", "commercial", "local", "unknown"],
        Meta(description="`local`: a practice's own definition; the practice answers for its rights."),
    ]
    electronic_use: Annotated[
        Literal["allowed", "licence-required", "not-allowed", "unknown"],
        Meta(description="Whether it may be shown on a screen or sent."),
    ]
    text_included: Annotated[bool, Meta(description="Whether this file holds any of its words.")]
    name: Annotated[str, Meta(description="Name of the licence, SPDX where there is one.")] = ""
    holder: Annotated[str, Meta(description="Who holds the rights.")] = ""
    note: Annotated[str, Meta(description="What the licence says, in short.")] = ""
    url: Annotated[str, Meta(description="Where it says so.")] = ""
    source: Annotated[str, Meta(description="Key in `sources`.")] = ""


class Validation(Record, frozen=True):
    """Whether the instrument has been tested, in the words of its file."""

    status: Annotated[
        Literal["published", "unvalidated", "unknown"],
        Meta(description="An `unvalidated` one has no verified lines or bands."),
    ]
    note: Annotated[str, Meta(description="In a sentence.")] = ""


class Source(Record, frozen=True):
    """Where a figure was read."""

    text: Annotated[str, Meta(description="As one cites it.")]
    url: Annotated[str, Meta(description="Where it can be read.")] = ""


class Person(Record, frozen=True):
    """Of whom a worked test is, where figures differ by age, sex or rater."""

    age: Annotated[int, Meta(description="In years.", ge=0, le=130)] | None = None
    sex: Annotated[Sex, Meta(description="For figures by sex.")] | None = None
    rater: Annotated[RaterRole, Meta(description="For figures by rater.")] | None = None


class WorkedTest(Record, frozen=True):
    """Answers and the scores they must give; `null` says that no score may come out."""

    given: Annotated[
        dict[str, float | str | None], Meta(description="Answers by item; what is left out is unanswered.")
    ]
    expect: Annotated[dict[str, float | None], Meta(description="Scores by scale; `null` where no score may come out.")]
    name: Annotated[str, Meta(description="What it tries.")] = ""
    status: Annotated[
        dict[str, Literal["complete", "prorated", "unscorable"]], Meta(description="Statuses by scale.")
    ] = field(default_factory=dict)
    band: Annotated[dict[str, str], Meta(description="Bands by scale; empty where there is none.")] = field(
        default_factory=dict
    )
    risk: Annotated[tuple[ItemId, ...], Meta(description="The flagged items, in any order.")] | None = None
    person: Annotated[Person, Meta(description="Of whom it is, where figures differ.")] | None = None


class ScaleView(Struct, frozen=True):
    """A scale, or an item looked at as if it were one: what a course of it needs to know."""

    id: str
    title: str
    kind: Literal["scale", "item"]
    minimum: float
    maximum: float
    direction: Direction
    step: float | None
    cutoffs: tuple[Cutoff, ...] = ()
    bands: tuple[Band, ...] = ()
    facet: str = ""


class Instrument(Record, frozen=True):
    """A questionnaire as data: what is asked of whom, how it is scored, and what the figures rest on."""

    format: Annotated[Literal["fit-instrument/1"], Meta(description="Which format this is.")]
    id: Slug
    version: Annotated[str, Meta(min_length=1, description="In quotes; any change of items or scoring is a new one.")]
    title: Annotated[str, Meta(description="Its published name.", min_length=1)]
    construct: Annotated[
        Literal["alliance", "outcome", "symptoms", "functioning", "other"],
        Meta(description="`alliance` belongs to a client and one therapist, everything else to the client."),
    ]
    raters: Annotated[tuple[RaterRole, ...], Meta(description="Who answers it.", min_length=1)]
    direction: Annotated[Direction, Meta(description="What a high number means. There is no default.")]
    scales: Annotated[tuple[Scale, ...], Meta(description="What is made of the answers.", min_length=1)]
    licence: Annotated[Licence, Meta(description="Who holds the rights, and what a practice needs.")]
    validation: Annotated[Validation, Meta(description="Whether it has been tested.")]
    title_short: Annotated[str, Meta(description="For tables and narrow places.")] = ""
    occasion: Annotated[Occasion, Meta(description="Default: end for alliance, start for the rest.")] | None = None
    language: Annotated[str, Meta(description="Language of the labels in this file.")] = "en"
    recall: Annotated[str, Meta(description="Period asked about, ISO 8601: P1W, P2W, PT1H.")] = ""
    items: Annotated[tuple[Item, ...], Meta(description="What is asked, in published order.")] = ()
    option_sets: Annotated[
        dict[str, tuple[Option, ...]], Meta(description="Lists of answers that several items share, by name.")
    ] = field(default_factory=dict)
    main_scale: ScaleId = "total"
    skips: Annotated[
        tuple[Skip, ...], Meta(description="Early completion: what may be left out, and what it counts then.")
    ] = ()
    risk: Annotated[tuple[Risk, ...], Meta(description="Answers that a person has to look at.")] = ()
    suggests: Annotated[tuple[Suggestion, ...], Meta(description="Policies recommended with it.")] = ()
    counterpart: Annotated[str, Meta(description="Id of the other rater's form of the same thing.")] = ""
    same_day_only: Annotated[bool, Meta(description="Answers must be read the day they are given.")] = False
    totals_only: Annotated[bool, Meta(description="Scores come in ready made; there are no items.")] = False
    intended_use: Annotated[str, Meta(description="What it is for, in your words.")] = ""
    not_for: Annotated[tuple[str, ...], Meta(description="What it is not for.")] = ()
    citation: Annotated[str, Meta(description="The publication to cite.")] = ""
    codes: Annotated[dict[str, str], Meta(description="Codes of the whole form and its scores in other systems.")] = (
        field(default_factory=dict)
    )
    sources: Annotated[dict[str, Source], Meta(description="Where figures were read, by key.")] = field(
        default_factory=dict
    )
    cautions: Annotated[tuple[str, ...], Meta(description="What somebody who uses it should know.")] = ()
    tests: Annotated[tuple[WorkedTest, ...], Meta(description="Answers and the scores they must give.")] = ()

    @property
    def short(self) -> str:
        """Short title, for tables and narrow places."""
        return self.title_short or self.title

    @property
    def usual_occasion(self) -> Occasion:
        """When in a session it is given, unless the plan says otherwise."""
        return self.occasion or ("end" if self.construct == "alliance" else "start")

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Ids of all items, in published order."""
        return tuple(item.id for item in self.items)

    @property
    def number_items(self) -> tuple[Item, ...]:
        """Items whose answer is a number or a choice, in published order."""
        return tuple(item for item in self.items if not item.is_text)

    @property
    def is_keyed(self) -> bool:
        """Whether scores or their labels depend on who is rated: by a table or by bands for some people only."""
        return any(scale.tables or any(each.who for each in scale.band_sets) for scale in self.scales)

    def scale(self, id: str) -> Scale:
        """Find a scale by id."""
        return _find(self.scales, id, f"{self.id} has no scale '{id}'")

    def item(self, id: str) -> Item:
        """Find an item by id."""
        return _find(self.items, id, f"{self.id} has no item '{id}'")

    def items_of(self, id: str) -> tuple[str, ...]:
        """List the items that a scale is made of, by itself or through other scales, in published order."""
        found, seen, left = set[str](), set[str](), [id]
        while left:
            scale = self.scale(left.pop())
            found |= set(scale.items)
            left += [part for part in scale.parts if part not in seen]
            seen |= set(scale.parts)
        return tuple(each for each in self.item_ids if each in found)

    def scale_direction(self, id: str) -> Direction:
        """Say what a high score on this scale means."""
        return self.scale(id).direction or self.direction

    def item_direction(self, id: str) -> Direction:
        """Say what a high answer to this item means: an item that is turned round in scoring runs the other way."""
        item = self.item(id)
        if item.direction:
            return item.direction
        turned = any(id in scale.reverse for scale in self.scales if scale.direction in (None, self.direction))
        if not turned:
            return self.direction
        return "higher_is_worse" if self.direction == "higher_is_better" else "higher_is_better"

    def watchable(self, id: str) -> ScaleView:
        """Give a scale, or an item as if it were a scale, by id."""
        for scale in self.scales:
            if scale.id == id:
                return ScaleView(
                    id=id, title=scale.title or id, kind="scale", minimum=scale.minimum, maximum=scale.maximum,
                    direction=self.scale_direction(id), step=scale.step, cutoffs=tuple(each for each in scale.cutoffs if each.verified), bands=scale.bands,
                )  # fmt: skip
        for item in self.number_items:
            if item.id == id:
                return ScaleView(
                    id=id, title=item.label or id, kind="item", minimum=item.minimum, maximum=item.maximum,
                    direction=self.item_direction(id), step=None if item.options else item.step, facet=item.facet,
                )  # fmt: skip
        known = ", ".join([scale.id for scale in self.scales] + [item.id for item in self.number_items])
        raise DataError(f"{self.id} has no scale or item '{id}'", hint=f"known: {known}")

    def cite(self, reference: str) -> str:
        """Write out a source reference for people."""
        return "; ".join(self.sources[key].text if key in self.sources else key for key in split_sources(reference))


_Named = TypeVar("_Named", Scale, Item)


def split_sources(reference: str) -> Iterator[str]:
    """Take `a+b` apart into its keys."""
    return (part.strip() for part in reference.split("+") if part.strip())


def _find(records: tuple[_Named, ...], id: str, problem: str) -> _Named:
    for record in records:
        if record.id == id:
            return record
    raise DataError(problem, hint="known: " + ", ".join(record.id for record in records))
