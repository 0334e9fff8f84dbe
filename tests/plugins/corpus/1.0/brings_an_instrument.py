"""An instrument of a clinic's own, beside the file."""

from pathlib import Path

from fit_toolkit import hookimpl

fit_hook_api = "1.0"


@hookimpl
def register_instruments():
    return [Path(__file__).parent / "instruments"]
