"""Norm sets as frozen records: named, versioned figures that a run reads and never re-estimates."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta

from fit_toolkit.model.instrument import Occasion, RaterRole, Record, Slug

NOISE_CLIENTS: Final = 30  # fewer say too little about how ratings vary
NOISE_RATINGS: Final = 3  # each of them has to have this many
LABEL_CLIENTS: Final = 100  # fewer say too little about where a client stands among others
LABEL_THERAPISTS: Final = 10


class Norm(Record, frozen=True):
    """Figures for one scale by one rater: the usual level, and how much people differ from each other and from themselves."""

    instrument: Slug
    scale: str
    mean: float
    sd_between: Annotated[float, Meta(gt=0, description="SD of people's own means, noise taken out.")]
    sd_within: Annotated[
        float,
        Meta(
            gt=0,
            description="SD of one person's ratings around their own mean, or from one to the next; the source says.",
        ),
    ]
    rater: RaterRole = "client"
    occasion: Occasion | None = None
    reliability: Annotated[float, Meta(ge=0, le=1)] | None = None
    reliability_kind: Annotated[
        Literal["session", "test-retest"], Meta(description="Alpha says nothing about change and is refused.")
    ] = "session"
    n_clients: int = 0
    n_therapists: int = 0
    n_ratings: int = 0
    population: str = ""

    @property
    def carries_labels(self) -> bool:
        """Whether it rests on enough people to say where somebody stands among them, and not only how ratings vary."""
        return self.n_clients >= LABEL_CLIENTS and self.n_therapists >= LABEL_THERAPISTS


class NormSet(Record, frozen=True):
    """A named set of norms with its provenance."""

    format: Literal["fit-norms/1"]
    id: Slug
    version: str
    title: str
    kind: Annotated[
        Literal["published", "local", "assumed", "synthetic"],
        Meta(description="`assumed`: typed by hand, and printed as assumed. `synthetic`: made up for the demo."),
    ]
    source: str
    norms: Annotated[tuple[Norm, ...], Meta(min_length=1)]
    period: str = ""
    reviewed: bool = False

    def find(self, instrument: str, scale: str, rater: str, occasion: str | None = None) -> Norm | None:
        """Find the figures for a scale; a norm without an occasion holds for all."""
        for norm in self.norms:
            same = (norm.instrument, norm.scale, norm.rater) == (instrument, scale, rater)
            if same and (norm.occasion is None or occasion is None or norm.occasion == occasion):
                return norm
        return None
