"""Made-up answers to the items of an instrument, as a frame that a scoring rule gets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame

    from fit_toolkit.model import Instrument


def answers(
    instrument: str | Path | Instrument,
    rows: int = 10,
    *,
    seed: int = 0,
    missing: float = 0.0,
    level: float | None = None,
) -> DataFrame:
    """Give a row of answers per form, a column per item that takes a number.

    Args:
        instrument: the id of a bundled instrument, the path of a definition, or the instrument itself.
        rows: how many forms.
        seed: the same seed gives the same answers.
        missing: the share of answers that were left out (NaN).
        level: where in its range every answer lies, from 0 (lowest) to 1 (highest); left out: anywhere.

    Returns: a frame of floats; only values that the items permit.
    """
    import numpy as np
    from pandas import DataFrame

    items = loaded(instrument).number_items
    rng = np.random.default_rng(seed)
    columns = {}
    for item in items:
        permitted = np.array(item.values())
        places = (
            rng.integers(0, len(permitted), rows)
            if level is None
            else np.full(rows, round(level * (len(permitted) - 1)))
        )
        columns[item.id] = permitted[places].astype(float)
    frame = DataFrame(columns, index=range(rows), dtype=float)
    return frame.mask(rng.random(frame.shape) < missing) if missing else frame


def loaded(instrument: str | Path | Instrument) -> Instrument:
    """Give an instrument by its id or the path of its definition."""
    from fit_toolkit.catalog import build, bundled
    from fit_toolkit.catalog.files import load_instrument

    if isinstance(instrument, Path) or (isinstance(instrument, str) and instrument.endswith((".yaml", ".yml"))):
        return load_instrument(Path(instrument))
    return build([bundled()]).get(instrument) if isinstance(instrument, str) else instrument
