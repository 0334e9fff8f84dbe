"""A scale as a frozen record: how answers become one number, and what has been published about that number."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from fit_toolkit.model.terms import (
    Direction,
    ItemId,
    Method,
    Operator,
    Range,
    RaterRole,
    Record,
    ScaleId,
    Sex,
    Slug,
    SourceRef,
    Verified,
    ticks,
)


class Missing(Record, frozen=True):
    """What happens when answers are missing; without it every item is needed."""

    min_answered: Annotated[int, Meta(description="How many answers a score needs.", ge=1)]
    prorate: Annotated[bool, Meta(description="Whether a score is made from the items that were answered.")]
    may_miss: Annotated[tuple[ItemId, ...], Meta(description="If given, only these may be missing.")] = ()
    source: Annotated[str, Meta(description="Key in `sources`.")] = ""


class Who(Record, frozen=True):
    """Whom a figure is about; every part given has to match, and a part that is unknown of a person never does."""

    sex: Annotated[Sex, Meta(description="As the practice has recorded it.")] | None = None
    age: Annotated[tuple[int, int], Meta(description="From and to, in whole years, both included.")] | None = None
    rater: Annotated[RaterRole, Meta(description="Who answered the form.")] | None = None

    def __str__(self) -> str:
        """Say in words whom it is about."""
        ages = f"aged {self.age[0]} to {self.age[1]}" if self.age else ""
        return ", ".join(part for part in (self.sex, ages, f"rated by the {self.rater}" if self.rater else "") if part)

    def applies(self, *, age: tuple[float, float] | None = None, sex: str | None = None, rater: str = "") -> bool:
        """Say whether it is about somebody; `age` is the lowest and the highest they may be, None when unknown."""
        if self.sex is not None and sex != self.sex:
            return False
        if self.rater is not None and rater != self.rater:
            return False
        if self.age is None:
            return True
        return age is not None and self.age[0] <= age[0] and age[1] <= self.age[1]


class Cutoff(Record, frozen=True):
    """A published line, for whom it was published, and by whom."""

    value: Annotated[float, Meta(description="Where the line is.")]
    operator: Annotated[Operator, Meta(description="Which side of the line is meant, e.g. '>=' (in quotes).")]
    label: Annotated[str, Meta(description="What lies beyond it; a policy may name the line so.")]
    source: SourceRef
    population: Annotated[str, Meta(description="For whom, in the words of the source.")] = ""
    verified: Verified = False
    who: Annotated[Who, Meta(description="For these people only.")] | None = None


class Band(Record, frozen=True):
    """A named stretch of a scale; a value between two bands belongs to the lower one."""

    low: Annotated[float, Meta(description="Its lowest score.")]
    high: Annotated[float, Meta(description="Its highest score.")]
    label: Annotated[str, Meta(description="Its name.")]


class BandSet(Record, frozen=True):
    """Bands that belong together because one source published them."""

    id: Slug
    source: SourceRef
    bands: Annotated[
        tuple[Band, ...], Meta(description="From the lowest score to the highest, without a gap.", min_length=1)
    ]
    population: Annotated[str, Meta(description="For whom, in the words of the source.")] = ""
    verified: Verified = False
    who: Annotated[Who, Meta(description="For these people only.")] | None = None


class Reliability(Record, frozen=True):
    """One reliability figure; only `test-retest` and `session` may be used to judge change."""

    kind: Annotated[
        Literal["alpha", "test-retest", "session"], Meta(description="`alpha` is never used to judge change.")
    ]
    value: Annotated[float, Meta(description="From 0 to 1.", ge=0, le=1)]
    source: SourceRef
    population: Annotated[str, Meta(description="In whom it was found.")] = ""
    n: Annotated[int, Meta(description="How many they were.")] | None = None
    verified: Verified = False


class Sd(Record, frozen=True):
    """A standard deviation in a population, with the mean beside it where one was published."""

    value: Annotated[float, Meta(description="In the units of the scale.", gt=0)]
    source: SourceRef
    kind: Annotated[
        Literal["between", "within"], Meta(description="Between people, or within one person over time.")
    ] = "between"
    population: Annotated[str, Meta(description="In whom it was found.")] = ""
    mean: Annotated[float, Meta(description="Their mean.")] | None = None
    n: Annotated[int, Meta(description="How many they were.")] | None = None
    verified: Verified = False


class ReliableChange(Record, frozen=True):
    """A published number of points that its source calls a reliable or important change."""

    points: Annotated[float, Meta(description="In the units of the scale.", gt=0)]
    source: SourceRef
    inclusive: Annotated[
        bool, Meta(description="Whether a change of exactly so many points counts; false for what has to be exceeded.")
    ] = True
    method: Annotated[str, Meta(description="How it was found.")] = ""
    population: Annotated[str, Meta(description="In whom it was found.")] = ""
    verified: Verified = False


class LookupRow(Record, frozen=True):
    """One row of a conversion table: a raw sum and what it becomes."""

    raw: Annotated[float, Meta(description="The raw sum.")]
    value: Annotated[float, Meta(description="What it becomes, before any factor.")]
    se: Annotated[float, Meta(ge=0, description="Standard error of the value, as published.")] | None = None


class KeyedTable(Record, frozen=True):
    """A conversion table for some people; where none of them fits, there is no score."""

    who: Annotated[Who, Meta(description="For whom; for somebody else there is no score.")]
    rows: Annotated[tuple[LookupRow, ...], Meta(description="Every raw sum there can be.", min_length=1)]
    source: SourceRef
    population: Annotated[str, Meta(description="In the words of the source.")] = ""
    verified: Verified = False


class Recode(Record, frozen=True):
    """What answers count in one scale only; the answers themselves stay as they are."""

    items: Annotated[tuple[ItemId, ...], Meta(description="Default: all items of the scale.")] = ()
    values: Annotated[
        dict[str, float], Meta(description="From each permitted answer, in quotes, to what it counts.")
    ] = field(default_factory=dict)
    at_least: Annotated[float, Meta(description="Instead of `values`: 1 from this answer on, 0 below.")] | None = None

    @property
    def worth(self) -> tuple[float, ...]:
        """What an answer may count."""
        return (0.0, 1.0) if self.at_least is not None else tuple(self.values.values())


class Condition(Record, frozen=True):
    """One of the things that have to hold for `method: all-of`."""

    scale: ScaleId
    operator: Annotated[Operator, Meta(description="Which side of the value, in quotes.")]
    value: Annotated[float, Meta(description="What the score of that scale is compared with.")]


class Round(Record, frozen=True):
    """To what a score is rounded, halves away from zero."""

    to: Annotated[float, Meta(gt=0, description="The score becomes a multiple of this.")] = 1.0
    when: Annotated[Literal["prorated", "always"], Meta(description="Only scores with gaps, or all.")] = "prorated"


class Scale(Record, frozen=True):
    """How some items become one number, and what has been published about that number."""

    id: ScaleId
    range: Range
    title: Annotated[str, Meta(description="For sheets and tables.")] = ""
    items: Annotated[tuple[ItemId, ...], Meta(description="The items it is made of.")] = ()
    scales: Annotated[tuple[ScaleId, ...], Meta(description="Instead of `items`: the scales it is made of.")] = ()
    method: Annotated[
        Method,
        Meta(
            description="How it is made: added up, averaged, weighted, looked up, a rule of conditions, or a plugin's rule."
        ),
    ] = "sum"
    rule: Annotated[str, Meta(description="With `method: plugin`: the kind of the plugin's rule.")] = ""
    parameters: Annotated[dict[str, Any], Meta(description="Settings of the plugin's rule.")] = field(
        default_factory=dict
    )
    weights: Annotated[dict[str, float], Meta(description="With `method: weighted`: one per item.")] = field(
        default_factory=dict
    )
    table: Annotated[tuple[LookupRow, ...], Meta(description="With `method: lookup`: raw sum to value.")] = ()
    tables: Annotated[
        tuple[KeyedTable, ...], Meta(description="With `method: lookup`: tables by age, sex or rater.")
    ] = ()
    conditions: Annotated[
        tuple[Condition, ...], Meta(description="With `method: all-of`: 1 when all hold, 0 when one does not.")
    ] = ()
    recode: Annotated[tuple[Recode, ...], Meta(description="What answers count here; done before `reverse`.")] = ()
    reverse: Annotated[tuple[ItemId, ...], Meta(description="Turned round within the item's own range.")] = ()
    missing: (
        Annotated[Missing, Meta(description="What happens when answers are missing; without it every item is needed.")]
        | None
    ) = None
    multiply: Annotated[
        float, Meta(gt=0, description="Factor on the result; `range` and figures are in its units.")
    ] = 1.0
    round: Annotated[Round, Meta(description="Rounding of the result, after the factor.")] | None = None
    direction: Annotated[Direction, Meta(description="When it differs from the instrument's.")] | None = None
    step: (
        Annotated[float, Meta(gt=0, description="Smallest step between two scores, where the items do not say it.")]
        | None
    ) = None
    cutoffs: Annotated[tuple[Cutoff, ...], Meta(description="Published lines.")] = ()
    band_sets: Annotated[
        tuple[BandSet, ...],
        Meta(description="Published bands; the first verified set that is about the person labels a score."),
    ] = ()
    reliability: Annotated[tuple[Reliability, ...], Meta(description="Published reliabilities.")] = ()
    sds: Annotated[tuple[Sd, ...], Meta(description="Published standard deviations and means.")] = ()
    reliable_change: Annotated[
        tuple[ReliableChange, ...], Meta(description="Published numbers of points that count as a change.")
    ] = ()

    @property
    def minimum(self) -> float:
        """Lowest possible score."""
        return self.range[0]

    @property
    def maximum(self) -> float:
        """Highest possible score."""
        return self.range[1]

    @property
    def min_answered(self) -> int:
        """How many answers a score needs."""
        return self.missing.min_answered if self.missing else len(self.items)

    @property
    def rule_kind(self) -> str:
        """Name of the scoring rule that computes this scale."""
        return self.rule if self.method == "plugin" else self.method

    @property
    def bands(self) -> tuple[Band, ...]:
        """Bands of the first verified set that is about everybody; empty when there is none."""
        return next((each.bands for each in self.band_sets if each.verified and each.who is None), ())

    @property
    def parts(self) -> tuple[str, ...]:
        """Ids of the scales this one is made of."""
        return self.scales or tuple(dict.fromkeys(each.scale for each in self.conditions))

    def band(self, value: float) -> str:
        """Name the band of a value, or say nothing."""
        found = ""
        for each in self.bands:
            if ticks(value) >= ticks(each.low):
                found = each.label
        return found
