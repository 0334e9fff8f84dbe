"""`fit enter --open`: the sheet as it is after the form just typed, in the browser."""

from __future__ import annotations

import os
import tempfile
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

from fit_toolkit.cli.context import App
from fit_toolkit.cli.output import write_atomic
from fit_toolkit.errors import DataError, LockedError

if TYPE_CHECKING:
    from fit_toolkit.intake.entering import Entered


def show_renewed(app: App, entered: Entered) -> Path:
    """Evaluate the episode, write its sheet into a private folder, and open it unless FIT_NO_BROWSER says not to.

    Messages about new alerts are written, and leave with the next `fit alerts run` or `fit alerts deliver`.
    """
    from fit_toolkit.alerts.run import run_alerts
    from fit_toolkit.sheets.making import make_sheet

    practice = app.practice
    try:
        result = run_alerts(practice, episodes=[entered.episode_id])
        for failure in result.failures:
            app.say(f"fit: policy {failure.get('policy', '')}: {failure.get('error', '')}")
    except LockedError:
        app.say("A run is on at the moment; the sheet shows the alerts as they were before this form.")
    except DataError as error:  # the clock; the form is in the store already, whatever the run makes of it
        app.say(f"fit: {error}")
    page = make_sheet(practice, entered.administration.member_id, as_of=practice.today(),
                      failed=lambda problem: app.say(f"fit: {problem}"))  # fmt: skip
    file = Path(tempfile.mkdtemp(prefix="fit-sheet-")) / "sheet.html"
    write_atomic(file, page)
    app.say(f"The renewed sheet is {file}; delete it when you have read it.")
    if not os.environ.get("FIT_NO_BROWSER"):
        webbrowser.open(file.as_uri())
    return file
