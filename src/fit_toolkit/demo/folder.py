"""The demo's folder: where it may be made, and what is in it before the first rating."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fit_toolkit.demo import norms
from fit_toolkit.errors import UsageError
from fit_toolkit.practice import set_up

NOTE: Final = "README.txt"
TITLE: Final = "A synthetic practice, made by `fit demo`."
PLUGIN: Final = "plugins/three_flat_tens.py"
IMPORT: Final = "imports/ratings-until-then.csv"
_NOTE: Final = f"""\
{TITLE}

Everybody and everything in here is invented. Open index.html in a browser.

  fit.toml                      settings and policies: what the practice wants to be told about
  {PLUGIN}   a drop-in plugin
  instruments/norms/            the figures the ratings were made with, as a norm set
  {IMPORT}  the older ratings, as they came in with `fit import`
  messages/messages.jsonl       what people were told, by the channel `file`
  sheets/                       a folder per therapist with sheets and an index.html

This folder can be deleted at any time.
"""
SETTINGS: Final = {
    "practice.name": "The demo practice (invented)",
    "people.who_sees": "Your therapist sees your answers and talks about them with you; a supervisor may, too.",
    "safety.protocol": "Talk about it in the session. If that is not possible: call the client the same day, then tell maple.",
    "safety.contact": "maple, on duty, extension 20; outside hours the crisis line on the poster",
    "alerts.channels": ["file"],
}

POLICIES: Final = f"""
# --- What the practice wants to be told about ------------------------------------------------------------------------
# Eight of the kinds that ship, and one of the practice's own. `fit policies list` shows them.

[[policies]]
id = "staying-safe"                 # anything but "no" to the question about staying safe
kind = "risk"
instrument = "arriving-today"
severity = "safety"
to = ["supervisor"]

[[policies]]
id = "no-answer"                    # the same question, left empty: that is not a "no"
kind = "left-out"
instrument = "arriving-today"
severity = "notice"

[[policies]]
id = "how-it-is-going"              # worse than is usual for this client
kind = "beyond-usual"
instrument = "arriving-today"
severity = "attention"
norms = "{norms.NAME}"

[[policies]]
id = "working-together"             # the same for the work together
kind = "beyond-usual"
instrument = "today-together-client"
severity = "attention"
norms = "{norms.NAME}"

[[policies]]
id = "a-drop"                       # a rule of thumb: worth a question, no more
kind = "drop"
instrument = "today-together-client"
severity = "notice"
points = 2.0

[[policies]]
id = "wearing-away"                 # slow erosion, which no single step shows
kind = "fall-from-best"
instrument = "today-together-client"
severity = "attention"
points = 3.0

[[policies]]
id = "below-the-middle"             # a line drawn by the practice, no published one
kind = "cutoff"
instrument = "today-together-client"
severity = "notice"
line = 5.0
operator = "<"
margin = 0.5

[[policies]]
id = "seen-differently"             # twice in a row the two of you rated the session far apart
kind = "divergence"
instrument = "today-together-client"
other = {{rater = "therapist", instrument = "today-together-therapist"}}
gap = 2.5
after = 2
severity = "notice"

[[policies]]
id = "nothing-heard"                # an expected rating has not come
kind = "overdue"
instrument = "arriving-today"
severity = "notice"
days = 14

[[policies]]
id = "too-good-to-learn-from"       # brought by {PLUGIN}
kind = "three-flat-tens"
instrument = "today-together-client"
severity = "notice"
"""

# Each policy in two words, and as a sentence for somebody who sees the list for the first time.
SAYS: Final = {
    "staying-safe": ("Staying safe", 'An answer to the question about staying safe that was not "no"'),
    "no-answer": ("No answer", "The question about staying safe was left out"),
    "how-it-is-going": ("How it is going", "The week was worse than is usual for this client"),
    "working-together": ("Working together", "Working together went worse than is usual for this client"),
    "a-drop": ("A drop", "Working together: down by 2 or more since the rating before"),
    "wearing-away": ("Wearing away", "Working together: 3 or more below this client's best rating"),
    "below-the-middle": ("Below the middle", "Working together: below a line that the practice has drawn"),
    "seen-differently": ("Seen differently", "Client and therapist rated two sessions running far apart"),
    "nothing-heard": ("Nothing heard", "An expected rating has not come"),
    "too-good-to-learn-from": ("Too good to learn from", "Nothing but tens"),
}

PLUGIN_TEXT: Final = '''\
"""Three perfect ratings in a row: worth asking what would make it better.

A drop-in plugin: this file in the practice's folder `plugins` is all it takes. `fit plugins list` shows it,
`fit policies list` the policy in fit.toml that uses it.
"""

from typing import Annotated

from msgspec import Meta

from fit_toolkit import AlertPolicy, hookimpl

__version__ = "1.0"
fit_hook_api = "1.0"


class FlatTens(AlertPolicy, frozen=True):
    """The best possible rating `times` times running; over with the first that is not."""

    kind = "three-flat-tens"
    severity = "notice"

    times: Annotated[int, Meta(ge=2, description="how many perfect ratings in a row")] = 3

    def find(self, course):
        """Count perfect ratings in a row."""
        top = course.scale.high if course.scale.higher_is_better else course.scale.low
        row = course.streak(course.value == top)
        return course.where(row >= self.times, row=row,
                            reason="{row:.0f} perfect ratings in a row: worth asking what would make it better")


@hookimpl
def register_alert_policies():
    """Give the policy."""
    return [FlatTens]
'''


def prepare(folder: Path) -> None:
    """Make the practice's folder with settings, policies, norm set and plugin; a folder that holds anything is refused."""
    _refuse_used(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / NOTE).write_text(_NOTE, encoding="utf-8")  # first, so that a demo cut short is known as one
    set_up(folder, given=SETTINGS, policies=POLICIES)
    _write(folder / "instruments" / "norms" / f"{norms.NAME}.yaml", norms.as_yaml())
    _write(folder / PLUGIN, PLUGIN_TEXT)


def _refuse_used(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError("this is a file, not a folder", where=str(folder))
    if _is_demo(folder):
        raise UsageError(
            "there is an earlier demo here",
            where=str(folder),
            hint=f"rm -r {folder} removes it; or name another folder",
        )
    if any(folder.iterdir()):
        raise UsageError(
            "the folder is not empty; nothing was changed", where=str(folder), hint="name a new folder: fit demo DIR"
        )


def _is_demo(folder: Path) -> bool:
    try:
        return (folder / NOTE).read_text(encoding="utf-8").startswith(TITLE)
    except (OSError, UnicodeDecodeError):
        return False


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.write_text(text, encoding="utf-8")
