"""Whether flagged items were answered, as ratings: 1 where one was left out, 0 where it was answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from fit_toolkit.courses.stream import Silence, Stream
from fit_toolkit.scoring import way_out
from fit_toolkit.store import frames
from fit_toolkit.store.frames import TICK, UNKNOWN, Columns

if TYPE_CHECKING:
    import sqlalchemy as sa


def silence_rows(c: sa.Connection, episodes: Sequence[int], stream: Stream, *, known_at: datetime | None) -> Columns:
    """Return the rows of `frames.item_columns` for whether an item was left out; UNKNOWN where it did not apply."""
    silence = stream.silence or Silence()
    found = frames.silence_columns(
        c, episodes, stream.instrument, stream.scale, stream.rater, deciding=silence.deciding, known_at=known_at
    )
    number, text = found.pop("number"), found.pop("text")
    deciding = {id: found.pop(f"of {id}") for id in silence.deciding}
    missing = np.isnan(number)
    excused = np.zeros(len(missing), bool)
    for when, equals in silence.skips:
        total = sum((np.rint(deciding[id] * TICK) for id in when), np.zeros(len(missing)))
        excused |= total == round(equals * TICK)
    excused[missing] |= np.array([way_out(each) == "not-applicable" for each in text[missing].tolist()], bool)
    ticks = np.where(missing, TICK, 0)
    ticks[missing & excused] = UNKNOWN
    return found | {"value_ticks": ticks, "status": np.where(ticks == UNKNOWN, "unscorable", "complete").astype(str)}
