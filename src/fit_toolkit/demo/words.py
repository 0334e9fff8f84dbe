"""Short sentences that clients and therapists write on their forms in the demo."""

from __future__ import annotations

from typing import Final

KEEP: Final = (
    "You let me finish my sentences.",
    "Coming back to what I said last week.",
    "The drawing we made of the week.",
    "That we began slowly.",
    "You remembered my brother's name.",
    "Laughing, also here.",
    "The question about what I would say to a friend.",
    "A plan for the mornings.",
)
CHANGE: Final = (
    "A little more silence.",
    "I would like to hear what you think.",
    "More about home, less about work.",
    "Tell me when there are ten minutes left.",
    "Can we write down what we decide?",
    "Smaller steps for the homework.",
)
WORSE: Final = (
    "It went too fast today.",
    "I wanted to talk about my sister and we never got there.",
    "I did not choose what we did today.",
    "I said yes to the exercise but meant no.",
    "It felt as if you had read about me instead of asking me.",
    "I was not sure who else hears about this.",
)
STRAIN: Final = (
    "We talked past each other about the exercise.",
    "I pushed for the list and noticed it late.",
    "A short silence that I filled too fast.",
)
