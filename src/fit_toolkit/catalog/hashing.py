"""A fingerprint of what decides a score, so that a stored score says which definition made it."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from fit_toolkit.model.instrument import Instrument, Item, Scale, ticks


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
        "table": [[ticks(row.raw), ticks(row.value)] for row in scale.table],
        "reverse": sorted(scale.reverse),
        "missing": [missing.min_answered, missing.prorate, sorted(missing.may_miss)] if missing else None,
        "range": [ticks(scale.minimum), ticks(scale.maximum)],
        "direction": instrument.scale_direction(scale.id),
        "bands": [[ticks(band.low), band.label] for band in scale.bands],
    }
