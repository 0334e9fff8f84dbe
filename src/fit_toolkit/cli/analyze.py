"""`fit analyze`: for research, files in and files out; no practice is needed."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "analyze",
    help="For research: files in, files out; no practice is needed.",
    commands={
        "agreement": ("fit_toolkit.cli.analyze_agreement:command", "Two sides' ratings of the same sessions."),
        "change": ("fit_toolkit.cli.analyze_change:command", "Reliable change of every client in a file."),
        "courses": ("fit_toolkit.cli.analyze_courses:command", "Shapes, V-shaped stretches, control limits."),
        "curves": ("fit_toolkit.cli.analyze_curves:command", "Expected courses by session, with bands."),
        "evaluate": ("fit_toolkit.cli.analyze_evaluate:command", "What alert policies are worth."),
        "important": ("fit_toolkit.cli.analyze_important:command", "How many points matter, from an anchor."),
        "lead-lag": ("fit_toolkit.cli.analyze_lead_lag:command", "Whether the alliance goes before the outcome."),
        "neighbours": ("fit_toolkit.cli.analyze_neighbours:command", "Clients beside those who began most alike."),
        "nhs": ("fit_toolkit.cli.analyze_nhs:command", "The rules of NHS Talking Therapies."),
        "score": ("fit_toolkit.cli.analyze_score:command", "Score a file of answers."),
        "reliability": (
            "fit_toolkit.cli.analyze_reliability:command",
            "Alpha, omega, SEM; variation between and within clients.",
        ),
        "sudden-gains": ("fit_toolkit.cli.analyze_sudden_gains:command", "Sudden gains and losses, found afterwards."),
    },
)
