"""A fingerprint of what decides a score, so that a stored score says which definition made it."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from fit_toolkit.model.instrument import Instrument, Item, LookupRow, Scale, Who, ticks


def definition_hash(instrument: Instrument) -> str:
    """Hash the part of a definition that decides scores, bands and risk; labels, sources and wording do not count."""
    part = {
        "id": instrument.id,
        "version": instrument.version,
        "direction": instrument.direction,
        "items": [_item(item) for item in instrument.items],
        "scales": [_scale(instrument, scale) for scale in instrument.scales],
        "skips": [[each.when, ticks(each.equals), each.items, ticks(each.count_as)] for each in instrument.skips],
        "risk": [[each.id, each.item, each.operator, ticks(each.value)] for each in instrument.risk],
    }
    return hashlib.sha256(msgspec.json.encode(part, order="deterministic")).hexdigest()


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "type": item.type,
        "range": [ticks(item.minimum), ticks(item.maximum)],
        "step": ticks(item.step),
        "options": [[ticks(option.value), option.code] for option in item.options],
        "optional": item.asked is not None,
    }


def _scale(instrument: Instrument, scale: Scale) -> dict[str, Any]:
    missing = scale.missing
    return {
        "id": scale.id,
        "items": scale.items,
        "rule": [scale.method, scale.rule, scale.parameters],
        "weights": {key: ticks(weight) for key, weight in scale.weights.items()},
        "table": _rows(scale.table),
        "reverse": sorted(scale.reverse),
        "missing": [missing.min_answered, missing.prorate, sorted(missing.may_miss)] if missing else None,
        "range": [ticks(scale.minimum), ticks(scale.maximum)],
        "direction": instrument.scale_direction(scale.id),
        "bands": [[ticks(band.low), band.label] for band in scale.bands],
        **_when_set(scale),
    }


def _when_set(scale: Scale) -> dict[str, Any]:
    """Give what a definition need not say: left out where it is not said, so that older definitions keep their hash."""
    keyed = [each for each in scale.band_sets if each.who is not None and each.verified]
    part = {
        "multiply": ticks(scale.multiply) if scale.multiply != 1 else None,
        "scales": scale.scales,
        "recode": [
            [
                each.items,
                sorted((float(key), ticks(value)) for key, value in each.values.items()),
                None if each.at_least is None else ticks(each.at_least),
            ]
            for each in scale.recode
        ],
        "conditions": [[each.scale, each.operator, ticks(each.value)] for each in scale.conditions],
        "round": [ticks(scale.round.to), scale.round.when] if scale.round else None,
        "tables": [[_who(each.who), _rows(each.rows)] for each in scale.tables if each.verified],
        "keyed_bands": [[_who(each.who), [[ticks(band.low), band.label] for band in each.bands]] for each in keyed],
    }
    return {name: value for name, value in part.items() if value}


def _rows(rows: tuple[LookupRow, ...]) -> list[list[int]]:
    return [[ticks(row.raw), ticks(row.value)] for row in rows]


def _who(who: Who | None) -> list[Any]:
    return [who.sex, who.age, who.rater] if who else []
