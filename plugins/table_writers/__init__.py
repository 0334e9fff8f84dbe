"""Writers of tables: CSV, and the formats of research that are made of tables."""

from __future__ import annotations

from fit_toolkit import Writer, hookimpl

from .bids import BidsWriter
from .package import DatapackageWriter
from .plain import CsvWideWriter, CsvWriter
from .psych_ds import PsychDsWriter
from .redcap import RedcapWriter


@hookimpl
def register_writers() -> list[type[Writer]]:
    """Give the writers."""
    return [CsvWriter, CsvWideWriter, DatapackageWriter, BidsWriter, PsychDsWriter, RedcapWriter]
