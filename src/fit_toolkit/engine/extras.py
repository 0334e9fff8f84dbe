"""A library that a plugin needs and that is not installed: said as a matter of the installation, with the line to type."""

from __future__ import annotations

from typing import Final

from fit_toolkit.errors import ConfigError

EXTRAS: Final = {  # library -> the extra of the toolkit that brings it
    "openpyxl": "excel", "pyreadstat": "spss", "pyarrow": "parquet", "statsmodels": "curves", "apprise": "apprise",
    "pikepdf": "encrypt", "psycopg": "postgresql",
}  # fmt: skip


def missing_library(error: ModuleNotFoundError, who: str, where: str = "") -> ConfigError:
    """Make the error for a plugin whose library is not there; nothing is wrong with the file, or with the plugin."""
    library = (error.name or "").partition(".")[0] or "a library"
    extra = EXTRAS.get(library)
    hint = f"pip install 'fit-toolkit[{extra}]'" if extra else "install it beside the toolkit, then try again"
    return ConfigError(f"{who} needs {library}, which is not installed", where=where, hint=hint)
