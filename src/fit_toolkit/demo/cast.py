"""Who takes part in the demo and what each course is to show. Everybody is invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STAFF: Final = (
    ("linden", "administrator", None),
    ("maple", "supervisor", None),
    ("birch", "therapist", "maple"),
    ("hazel", "therapist", "maple"),
    ("rowan", "therapist", "maple"),
)
THERAPISTS: Final = tuple(code for code, role, _ in STAFF if role == "therapist")
RATES_EVERY: Final = {"birch": 1, "hazel": 1, "rowan": 3}


@dataclass(frozen=True)
class Story:
    """One client: the shapes of the two courses and what else happens.

    `ended` counts the weeks between the last session and the last week of the demo. Clients with the same `together`
    share an episode and its sessions. `special` names something that happens besides the ratings.
    """

    number: int
    therapist: str
    alliance: str
    outcome: str
    sessions: int
    shows: str
    ended: int = 0
    special: str = ""
    together: str = ""

    @property
    def client(self) -> str:
        """The code of the client."""
        return f"demo-{self.number:02d}"


BIRCH: Final = (
    Story(1, "birch", "steady", "improving", 10, "getting better, step by step"),
    Story(2, "birch", "improving", "improving", 9, "the work together and the weeks get better side by side"),
    Story(3, "birch", "falling", "falling", 10, "both fall, the work together first"),
    Story(4, "birch", "v", "v", 10, "a dip that was talked about, and the way back"),
    Story(5, "birch", "ceiling-then-fall", "steady", 9, "all tens, then a fall that still looks like a good rating"),
    Story(6, "birch", "erosion", "steady", 12, "slow erosion: no step stands out, the sum does"),
    Story(7, "birch", "steady", "volatile", 10, "up and down from week to week"),
    Story(8, "birch", "steady", "steady", 7, "went silent: appointments, but no rating any more", 5, "silent"),
    Story(9, "birch", "steady", "steady", 8, "a worrying answer to the question about staying safe", special="risk"),
    Story(10, "birch", "apart", "steady", 9, "client and therapist saw the last two sessions differently"),
    Story(11, "birch", "improving", "improving", 8, "ended as planned: a closed episode", 3, "closed"),
)
HAZEL: Final = (
    Story(12, "hazel", "steady", "early-gain", 9, "a jump early on that lasted"),
    Story(13, "hazel", "steady", "falling", 9, "the weeks get worse although the work together is good"),
    Story(14, "hazel", "tens", "improving", 9, "nothing but tens: a plugin asks what would make it better"),
    Story(15, "hazel", "steady", "erosion", 11, "the weeks get worse, too slowly for one step to show it"),
    Story(16, "hazel", "v", "steady", 10, "the work together dips and recovers"),
    Story(17, "hazel", "steady", "steady", 9, "the same low answer about staying safe, six times", special="low-risk"),
    Story(18, "hazel", "steady", "improving", 9, "handed over from birch: a new course of working together begins",
          special="transfer"),
    Story(19, "hazel", "volatile", "steady", 9, "the work together goes up and down"),
    Story(20, "hazel", "steady", "improving", 8, "paused for a journey: nothing is expected meanwhile", 3, "paused"),
    Story(21, "hazel", "steady", "steady", 6, "went silent after six sessions", 6, "silent"),
    Story(22, "hazel", "improving", "v", 11, "a hard month, and working together helped through it"),
)  # fmt: skip
ROWAN: Final = (
    Story(23, "rowan", "steady", "improving", 9, "the therapist rates every third session"),
    Story(24, "rowan", "ceiling-then-fall", "improving", 10, "tens, then a fall, while the weeks get better"),
    Story(25, "rowan", "falling", "steady", 8, "the work together falls, the weeks do not show it yet"),
    Story(26, "rowan", "steady", "steady", 10, "from the English to the German form", special="language"),
    Story(27, "rowan", "steady", "improving", 6, "back after more than a year: a second episode", special="return"),
    Story(28, "rowan", "erosion", "erosion", 12, "both wear away slowly"),
    Story(29, "rowan", "steady", "volatile", 9, "up and down, nothing else"),
    Story(30, "rowan", "steady", "early-gain", 7, "a jump after the third session"),
    Story(31, "rowan", "v", "improving", 10, "a dip and a repair on the way to getting better"),
    Story(32, "rowan", "steady", "steady", 6, "quiet waters, but for a question left out", special="no-answer"),
    Story(33, "rowan", "improving", "steady", 7, "it takes time to get to know each other"),
    Story(34, "rowan", "steady", "improving", 8, "one of a couple: one episode, two courses", together="couple"),
    Story(35, "rowan", "falling", "steady", 8, "the other of the couple, who sees it otherwise", together="couple"),
)
GROUP: Final = (
    Story(36, "hazel", "steady", "improving", 8, "in a group of five", together="group"),
    Story(37, "hazel", "falling", "steady", 8, "in a group of five, and drifting out of it", together="group"),
    Story(38, "hazel", "steady", "steady", 8, "in a group of five", together="group"),
    Story(39, "hazel", "improving", "improving", 8, "in a group of five, warming to it", together="group"),
    Story(40, "hazel", "steady", "volatile", 8, "in a group of five, with uneven weeks", together="group"),
)
STORIES: Final = (*BIRCH, *HAZEL, *ROWAN, *GROUP)


def episodes() -> list[list[Story]]:
    """Gather the stories into episodes: one client each, but for the couple and the group."""
    shared: dict[str, list[Story]] = {}
    for story in STORIES:
        shared.setdefault(story.together or story.client, []).append(story)
    return list(shared.values())
