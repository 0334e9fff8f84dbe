"""The kinds of need, most pressing first, in words about what came up and never about the person.

The figures here are conventions of this list, not findings: they say from when on something is worth a line.
"""

from __future__ import annotations

import enum
from typing import Final

from fit_toolkit.language import mark


class Need(enum.IntEnum):
    """Why somebody is where they are in the list; the lower, the sooner."""

    SAFETY_NEW = 0
    SAFETY_SEEN = 1
    ATTENTION_NEW = 2
    ATTENTION_SEEN = 3
    ENDING = 4
    OVERDUE = 5
    STUCK = 6
    NOTICE = 7
    CALM = 8
    PAUSED = 9
    ENDED = 10

    @property
    def id(self) -> str:
        """Its name for scripts."""
        return self.name.lower().replace("_", "-")


WORDS: Final[dict[Need, str]] = {
    Need.SAFETY_NEW: mark("Flagged answer, new"),
    Need.SAFETY_SEEN: mark("Flagged answer, seen"),
    Need.ATTENTION_NEW: mark("Worth asking about, new"),
    Need.ATTENTION_SEEN: mark("Worth asking about, seen"),
    Need.ENDING: mark("Ends soon without a last rating"),
    Need.OVERDUE: mark("A rating is missing"),
    Need.STUCK: mark("Little has moved"),
    Need.NOTICE: mark("Good to know"),
    Need.CALM: mark("Nothing stands out"),
    Need.PAUSED: mark("In a pause"),
    Need.ENDED: mark("Ended lately without a last rating"),
}

ENDING_DAYS: Final = 14  # an end so near is soon, and a rating so near to the end is a last one
ENDED_DAYS: Final = 30  # an end so long ago is lately
GRACE_DAYS: Final = 7  # after the contact it was expected at: paper takes a few days to be keyed in
NO_DIARY_DAYS: Final = 21  # after the newest rating, where no diary says when the next contact was
STUCK_RATINGS: Final = 8
STUCK_SHARE: Final = 0.2  # of the scale's range, where no figure for change is verified
OPEN_DAYS: Final = 14  # supervision: an alert that stands longer
REPLY_DAYS: Final = 7  # supervision: told so long ago, and nobody noted anything
AGAIN_DAYS: Final = 90  # supervision: within which something came up twice
