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

    min_answered: Annotated[int, Meta(ge=1)]
    prorate: Annotated[bool, Meta(description="Whether a score is made from the items that were answered.")]
    may_miss: Annotated[tuple[ItemId, ...], Meta(description="If given, only these may be missing.")] = ()
    source: str = ""


class Who(Record, frozen=True):
    """Whom a figure is about; every part given has to match, and a part that is unknown of a person never does."""

    sex: Sex | None = None
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

    value: float
    operator: Annotated[Operator, Meta(description="Which side of the line is meant, e.g. '>=' (in quotes).")]
    label: str
    source: SourceRef
    population: str = ""
    verified: Verified = False
    who: Annotated[Who, Meta(description="For these people only.")] | None = None


class Band(Record, frozen=True):
    """A named stretch of a scale; a value between two bands belongs to the lower one."""

    low: float
    high: float
    label: str


class BandSet(Record, frozen=True):
    """Bands that belong together because one source published them."""

    id: Slug
    source: SourceRef
    bands: Annotated[tuple[Band, ...], Meta(min_length=1)]
    population: str = ""
    verified: Verified = False
    who: Annotated[Who, Meta(description="For these people only.")] | None = None


class Reliability(Record, frozen=True):
    """One reliability figure; only `test-retest` and `session` may be used to judge change."""

    kind: Literal["alpha", "test-retest", "session"]
    value: Annotated[float, Meta(ge=0, le=1)]
    source: SourceRef
    population: str = ""
    n: int | None = None
    verified: Verified = False


class Sd(Record, frozen=True):
    """A standard deviation in a population, with the mean beside it where one was published."""

    value: Annotated[float, Meta(gt=0)]
    source: SourceRef
    kind: Literal["between", "within"] = "between"
    population: str = ""
    mean: float | None = None
    n: int | None = None
    verified: Verified = False


class ReliableChange(Record, frozen=True):
    """A published number of points that its source calls a reliable or important change."""

    points: Annotated[float, Meta(gt=0)]
    source: SourceRef
    method: str = ""
    population: str = ""
    verified: Verified = False


class LookupRow(Record, frozen=True):
    """One row of a conversion table: a raw sum and what it becomes."""

    raw: float
    value: float
    se: Annotated[float, Meta(ge=0, description="Standard error of the value, as published.")] | None = None


class KeyedTable(Record, frozen=True):
    """A conversion table for some people; where none of them fits, there is no score."""

    who: Who
    rows: Annotated[tuple[LookupRow, ...], Meta(min_length=1)]
    source: SourceRef
    population: str = ""
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
    operator: Operator
    value: float


class Round(Record, frozen=True):
    """To what a score is rounded, halves away from zero."""

    to: Annotated[float, Meta(gt=0, description="The score becomes a multiple of this.")] = 1.0
    when: Annotated[Literal["prorated", "always"], Meta(description="Only scores with gaps, or all.")] = "prorated"


class Scale(Record, frozen=True):
    """How some items become one number, and what has been published about that number."""

    id: ScaleId
    range: Range
    title: str = ""
    items: tuple[ItemId, ...] = ()
    scales: Annotated[tuple[ScaleId, ...], Meta(description="Instead of `items`: the scales it is made of.")] = ()
    method: Method = "sum"
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
    missing: Missing | None = None
    multiply: Annotated[
        float, Meta(gt=0, description="Factor on the result; `range` and figures are in its units.")
    ] = 1.0
    round: Round | None = None
    direction: Annotated[Direction, Meta(description="When it differs from the instrument's.")] | None = None
    step: (
        Annotated[float, Meta(gt=0, description="Smallest step between two scores, where the items do not say it.")]
        | None
    ) = None
    cutoffs: tuple[Cutoff, ...] = ()
    band_sets: tuple[BandSet, ...] = ()
    reliability: tuple[Reliability, ...] = ()
    sds: tuple[Sd, ...] = ()
    reliable_change: tuple[ReliableChange, ...] = ()

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
