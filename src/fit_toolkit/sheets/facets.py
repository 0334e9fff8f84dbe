"""Where the facets of the relationship go: one line each, both people on the same range."""

from __future__ import annotations

from msgspec import Struct

from fit_toolkit.language import mark, say
from fit_toolkit.sheets.chart import number
from fit_toolkit.sheets.chart_words import Label
from fit_toolkit.sheets.data import Facet, Facets
from fit_toolkit.sheets.trim import cut

FACETS = (
    mark("empathy"),
    mark("genuineness"),
    mark("respect"),
    mark("collaboration"),
    mark("goals"),
    mark("tasks"),
    mark("safe to speak"),
    mark("confidentiality"),
    mark("room to object"),
)  # fmt: skip - of the bundled forms


class FacetRow(Struct, frozen=True, kw_only=True):
    """What is printed beside one line."""

    facet: Facet
    label: str
    now: str
    was: str
    first: str
    other: str


class FacetChart(Struct, frozen=True, kw_only=True):
    """All facets under each other: paths in one SVG, words in lines of the same height beside it."""

    width: float
    height: float
    row: float
    rules: str
    lines: str
    moves: str
    moved: str
    was: str
    firsts: str
    kites: str
    dots: str
    hot: str
    ticks: tuple[Label, ...]
    rows: tuple[FacetRow, ...]


def _say(value: float | None) -> str:
    return "" if value is None else number(value)


def facet_chart(facets: Facets, *, width: float, row: float, label: int = 17) -> FacetChart:
    """Lay out the facets on a field `width` millimetres wide with lines `row` millimetres high."""
    low, high = facets.minimum, facets.maximum
    inner = width - 4.0

    def x(value: float) -> float:
        return round(2.0 + (min(max(value, low), high) - low) / ((high - low) or 1.0) * inner, 2)

    paths = dict.fromkeys(("lines", "moves", "moved", "was", "firsts", "kites", "dots", "hot"), "")
    top = row  # the first line is for the heads of the columns
    for i, f in enumerate(facets.rows):
        y = round(top + (i + 0.5) * row, 2)
        paths["lines"] += f"M2 {y}H{width - 2}"
        if f.client is not None and f.client_before is not None and f.client != f.client_before:
            paths["moved" if f.moved else "moves"] += f"M{x(f.client_before)} {y}H{x(f.client)}"
            paths["was"] += f"M{x(f.client_before)} {y}h0"
        elif f.client is None and f.client_before is not None:  # not asked this time
            paths["was"] += f"M{x(f.client_before)} {y}h0"
        if f.client_first is not None:
            paths["firsts"] += f"M{x(f.client_first)} {y - 1.5:.2f}v3"
        if f.therapist is not None:
            paths["kites"] += f"M{x(f.therapist)} {y - 1.7:.2f}l1.7 1.7l-1.7 1.7l-1.7 -1.7z"
        if f.client is not None:
            paths["hot" if f.moved else "dots"] += f"M{x(f.client)} {y}h0"
    bottom = round(top + len(facets.rows) * row, 2)
    values = (low, (low + high) / 2, high)
    return FacetChart(
        width=width,
        height=bottom,
        row=row,
        rules="".join(f"M{x(v)} {top - 0.6:.2f}V{bottom}" for v in values),
        ticks=tuple(Label(x=x(v), y=round(row - 1.4, 2), text=number(v)) for v in values),
        rows=tuple(
            FacetRow(
                facet=f,
                label=cut(say(f.label), label - 2 if f.lowest else label),  # a word follows it then
                now=_say(f.client),
                was=_say(f.client_before),
                first=_say(f.client_first),
                other=_say(f.therapist),
            )
            for f in facets.rows
        ),
        **paths,
    )
