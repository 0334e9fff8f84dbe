"""Definitions made up at random, with every way of scoring in them, for laws that hold for all definitions."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from fit_toolkit.model import Instrument
from tests.scoring.making import instrument

RANGES = ([0, 3], [1, 5], [-3, 3], [0, 10])
WHO = ({"sex": "female"}, {"sex": "male", "age": [11, 13]}, {"age": [14, 90]}, {"rater": "client"})


@st.composite
def forms(draw: st.DrawFn) -> Instrument:
    """Three to six items, two scales of items, and sometimes scales made of these."""
    count = draw(st.integers(3, 6))
    items = [draw(_item(f"q{number}")) for number in range(1, count + 1)]
    ids = [item["id"] for item in items]
    first, second = draw(_scale("first", ids)), draw(_scale("second", ids[:2]))
    scales = [
        {
            "id": "total",
            "scales": ["first", "second"],
            "range": [-100_000, 100_000],
            "method": draw(st.sampled_from(["sum", "mean"])),
        }
    ]
    scales[0] |= draw(_result((1, 2, 10)))  # half a millionth has no one right rounding
    rule = [
        {"scale": part, "operator": op, "value": draw(st.integers(0, 4))}
        for part, op in (("first", ">="), ("second", "<"))
    ]
    scales.append({"id": "rule", "method": "all-of", "range": [0, 1], "conditions": rule})
    return instrument(items=items, scales=[*draw(st.permutations([*scales, first, second]))])


@st.composite
def _item(draw: st.DrawFn, id: str) -> dict[str, Any]:
    if draw(st.integers(0, 3)) == 0:
        return {"id": id, "type": "choice", "options": [{"value": value} for value in (0, 2, 3)]}
    low, high = draw(st.sampled_from(RANGES))
    return {"id": id, "range": [low, high], "step": draw(st.sampled_from([1, 0.5]))}


@st.composite
def _scale(draw: st.DrawFn, id: str, ids: list[str]) -> dict[str, Any]:
    method = draw(st.sampled_from(["sum", "mean", "weighted", "lookup"]))
    made: dict[str, Any] = {"id": id, "items": ids, "method": method, "range": [-100_000, 100_000]}
    made["reverse"] = draw(st.lists(st.sampled_from(ids), unique=True))
    if draw(st.booleans()):
        made["recode"] = [{"items": draw(st.lists(st.sampled_from(ids), min_size=1, unique=True)), "at_least": 2}]
    if method == "weighted":
        made["weights"] = {each: draw(st.sampled_from([0.5, 1, 2])) for each in ids}
    if method == "lookup":
        rows = [{"raw": raw / 2, "value": 40 + raw * shift} for shift in (1, 2) for raw in range(-40, 130)]
        tables = [rows[:170], rows[170:]]
        keys = draw(st.lists(st.sampled_from(WHO), min_size=1, max_size=2, unique_by=str))
        made["tables"] = [
            {"who": who, "rows": table, "source": "s", "verified": True}
            for who, table in zip(keys, tables, strict=False)
        ]
        if draw(st.booleans()):
            made["table"] = rows[:170]
    elif draw(st.booleans()):
        made["missing"] = {"min_answered": draw(st.integers(1, len(ids))), "prorate": True}
        made["missing"]["may_miss"] = draw(st.lists(st.sampled_from(ids), unique=True))
    made["band_sets"] = draw(_bands())
    return made | draw(_result())


@st.composite
def _result(draw: st.DrawFn, factors: tuple[float, ...] = (1, 2, 10, 0.5)) -> dict[str, Any]:
    """A factor and a way of rounding, or not."""
    made: dict[str, Any] = {"multiply": draw(st.sampled_from(factors))}
    if draw(st.booleans()):
        made["round"] = {
            "to": draw(st.sampled_from([1, 0.5, 2])),
            "when": draw(st.sampled_from(["prorated", "always"])),
        }
    return made


@st.composite
def _bands(draw: st.DrawFn) -> list[dict[str, Any]]:
    whose = draw(st.lists(st.sampled_from([None, *WHO]), max_size=3))
    return [
        {
            "id": f"set-{number}", "source": "s", "verified": draw(st.booleans()), "who": who,
            "bands": [{"low": -100_000, "high": number, "label": f"low {number}"}, {"low": number, "high": 100_000, "label": f"high {number}"}],
        }
        for number, who in enumerate(whose)
    ]  # fmt: skip
