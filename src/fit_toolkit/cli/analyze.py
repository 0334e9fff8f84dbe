"""`fit analyze`: for research, files in and files out; no practice is needed."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "analyze",
    help="For research: files in, files out; no practice is needed.",
    commands={
        "change": ("fit_toolkit.cli.analyze_change:command", "Reliable change of every client in a file."),
        "curves": ("fit_toolkit.cli.analyze_curves:command", "Expected courses by session, with bands."),
        "score": ("fit_toolkit.cli.analyze_score:command", "Score a file of answers."),
        "reliability": (
            "fit_toolkit.cli.analyze_reliability:command",
            "Alpha, omega, SEM; variation between and within clients.",
        ),
        "sudden-gains": ("fit_toolkit.cli.analyze_sudden_gains:command", "Sudden gains and losses, found afterwards."),
    },
)
