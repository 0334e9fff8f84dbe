"""`fit alerts deliver`: send the messages that are waiting."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app


@click.command("deliver")
@click.option("--max-attempts", type=click.IntRange(min=1), metavar="N",
              help="Give a message up after so many attempts; otherwise after five days of trying.")  # fmt: skip
@click.option("-v", "--verbose", is_flag=True, help="Say what was done also when all went well.")
@pass_app
def command(app: App, max_attempts: int | None, verbose: bool) -> int:
    """Send every message that is due; `fit alerts run` does the same after looking for alerts.

    Silent when all went well, so that cron may call it every quarter of an hour. A receiver that asks to come back later
    is no problem for the first two hours, unless it is about safety. Exit codes: 0 sent or nothing to send, 4 something
    could not be sent, 6 a message about safety was not delivered. What is stuck: fit alerts outbox.
    """
    from fit_toolkit.alerts.deliver import deliver

    practice = app.practice
    result = deliver(practice, now=practice.now(), max_attempts=max_attempts)
    for problem in result.problems:
        app.say(f"fit: {problem}")
    if result.undelivered_safety:
        count = result.undelivered_safety
        app.say(f"fit: {count} safety {'message was' if count == 1 else 'messages were'} not delivered: act now")
    if verbose:
        app.say(f"{result.sent} sent, {result.failed} to be tried again, {result.dead} given up")
    return int(result.exit_code)
