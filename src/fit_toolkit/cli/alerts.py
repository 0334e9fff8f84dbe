"""`fit alerts`: evaluate, list and tick off alerts."""

from __future__ import annotations

from fit_toolkit.cli.lazy import LazyGroup

command = LazyGroup(
    "alerts",
    help="Evaluate, list and tick off alerts. Cron and mail are no emergency channel.",
    commands={
        "run": ("fit_toolkit.cli.alerts_run:command", "Look at what is new or due, and tell whom it concerns."),
        "list": ("fit_toolkit.cli.alerts_list:command", "What is new, seen or done."),
        "show": ("fit_toolkit.cli.alerts_show:command", "The whole story of one alert."),
        "ack": ("fit_toolkit.cli.alerts_ack:command", "Note what was done about alerts."),
        "snooze": ("fit_toolkit.cli.alerts_snooze:command", "Put alerts off, with a reason and an end."),
        "resolve": ("fit_toolkit.cli.alerts_resolve:command", "Say that alerts are dealt with."),
        "stats": ("fit_toolkit.cli.alerts_stats:command", "How many there were, and what people did about them."),
        "evaluate": ("fit_toolkit.cli.alerts_evaluate:command", "How often each policy speaks, and what came of it."),
        "replay": ("fit_toolkit.cli.alerts_replay:command", "What other policies would have changed."),
        "deliver": ("fit_toolkit.cli.alerts_deliver:command", "Send the messages that are waiting."),
        "outbox": ("fit_toolkit.cli.alerts_outbox:command", "Which messages have not gone out, and why."),
        "resend": ("fit_toolkit.cli.alerts_resend:command", "Let messages that did not go out be tried again."),
    },
)
