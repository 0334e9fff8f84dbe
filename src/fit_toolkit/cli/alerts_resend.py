"""`fit alerts resend`: let messages that did not go out be tried again."""

from __future__ import annotations

import click

from fit_toolkit.cli.acting import by_option, say_findings
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count, dry_run_option


@click.command("resend")
@click.argument("messages", type=int, nargs=-1, metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help="Every message that was given up.")
@click.option("--reason", required=True, metavar="TEXT", help="What was mended; kept with the message.")
@by_option
@dry_run_option
@pass_app
def command(app: App, messages: tuple[int, ...], every: bool, reason: str, by: str | None, dry_run: bool) -> None:
    """Let the messages ID go out with the next `fit alerts deliver`, under the same key as before.

    For messages that were given up, and for those that wait for their next try. IDs are those of fit alerts outbox. All
    are changed, or none.
    """
    from fit_toolkit.alerts.acts import Actor
    from fit_toolkit.alerts.stuck import send_again

    if every == bool(messages):
        raise click.UsageError("name messages, or all that were given up with --all")
    practice = app.practice
    with say_findings(app):
        actor = Actor(by or app.actor, practice.now(), dry_run)
        done = send_again(practice.store, messages, actor, reason=reason, every=every)
    app.done(f"{count(len(done), 'message')} to be sent by the next fit alerts deliver.", dry_run=dry_run)
