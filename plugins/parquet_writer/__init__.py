"""Writer `parquet`: typed tables, for large data and the programs of those who work with them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

from fit_toolkit import Export, Writer, hookimpl

TABLES = ("members", "assignments", "administrations", "answers", "scores")
SOMETIMES = ("staff", "pauses", "appointments")  # written where they have rows
DAYS = ("joined", "left", "opened", "closed", "date", "since", "until", "starts", "ends")


class ParquetWriter(Writer, frozen=True):
    """Apache Parquet: members, assignments, administrations, answers and scores, each with its types; days are days."""

    kind: ClassVar[str] = "parquet"

    def write(self, export: Export, folder: Path) -> dict[str, int]:
        """Write a group of rows for each part; what is not there is null."""
        import pyarrow as pa
        from pyarrow import parquet

        rows = {f"{name}.parquet": 0 for name in TABLES}
        files: dict[str, Any] = {}
        with ExitStack() as stack:
            for part in export.parts():
                for name in (*TABLES, *SOMETIMES):
                    if name in SOMETIMES and not len(getattr(part, name)):
                        continue
                    rows.setdefault(f"{name}.parquet", 0)
                    table = _table(pa, getattr(part, name))
                    if name not in files:
                        files[name] = parquet.ParquetWriter(
                            folder / f"{name}.parquet", table.schema, compression="zstd"
                        )
                        stack.callback(files[name].close)
                    files[name].write_table(table)
                    rows[f"{name}.parquet"] += table.num_rows
        return rows


@hookimpl
def register_writers() -> list[type[Writer]]:
    """Give the writer."""
    return [ParquetWriter]


def _table(pa: Any, frame: Any) -> Any:
    """Make a table whose types do not depend on what is in it."""
    fields, columns = [], []
    for name, kind in frame.dtypes.items():
        values = frame[name].astype(object)
        values = values.where(frame[name].notna() & (frame[name] != ""), None).tolist()
        plain = {"int64": pa.int64(), "Int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}
        text = pa.array(values, pa.string()) if str(kind) not in plain else None
        column = (
            pa.array(values, plain[str(kind)]) if text is None else text.cast(pa.date32()) if name in DAYS else text
        )
        fields.append(pa.field(str(name), column.type))
        columns.append(column)
    return pa.table(columns, schema=pa.schema(fields))
