"""`fit alerts show`: the whole story of one alert."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import as_json, visible

HIDDEN = {"day", "administration", "one_in"}  # shown as dates and words elsewhere


@click.command("show")
@click.argument("alert", type=int, metavar="ID")
@click.option("--format", "fmt", type=click.Choice(("table", "json")), default="table", show_default=True,
              help="How to print it.")  # fmt: skip
@pass_app
def command(app: App, alert: int, fmt: str) -> None:
    """Tell the whole story of the alert ID: what, on what evidence, what that is worth, and who did what."""
    from fit_toolkit.alerts import lists

    practice = app.practice
    with practice.store.read() as c:
        story = lists.story(c, alert, on=practice.today())
    if fmt == "json":
        click.echo(as_json("alert", [story], list(story)), nl=False)
        return
    for line in told(story, practice.zone):
        click.echo(line)


def told(story: Mapping[str, Any], zone: tzinfo) -> Iterator[str]:
    """The story in lines, with times as the clock in `zone` shows them."""
    yield f"Alert {story['id']}, {story['seen_as']} ({story['state']}: {story['cause']})"
    what = f"{story['policy']} ({story['kind']}) on {story['instrument']} {story['scale']}"
    yield from _field("what", f"{what}, rated by the {story['rater']} at the {story['occasion']} of a session")
    yield from _field("client", f"{story['client']}, episode {story['episode']}, with {story['therapist'] or 'nobody'}")
    yield from _field("session", story["session_date"])
    yield from _field("severity", story["severity"])
    yield from _field("reason", story["reason"] + (", again" if story["regressed"] else ""))
    yield from _field("rests on", story["rests_on"])
    yield from _field("worth", story["worth"])
    facts = {name: value for name, value in story["evidence"].items() if name not in HIDDEN}
    yield from _field("evidence", ", ".join(f"{name} {_number(value)}" for name, value in facts.items()))
    yield from _field("action", ": ".join(part for part in (story["action"], story["note"]) if part))
    yield from _field("snoozed", _end(story))
    yield ""
    for event in story["events"]:
        was = f"{event['from']} -> {event['to']}" if event["from"] else event["to"]
        yield visible(
            f"{event['at'].astimezone(zone):%Y-%m-%d %H:%M}  {event['actor']}: {was}, {event['cause']}{_done(event)}"
        )


def _field(name: str, value: object) -> Iterator[str]:
    if value:
        yield f"  {name:<9} {visible(value)}"


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _end(story: Mapping[str, Any]) -> str:
    if story["state"] != "snoozed":
        return ""
    end = f"until {story['snooze_until']}" if story["snooze_until"] else f"for {story['snooze_ratings']} ratings"
    return f"{end}: {story['snooze_reason']}"


def _done(event: Mapping[str, Any]) -> str:
    """What a person noted with an event; a run's evidence stands above."""
    if event["run"] is not None:
        return f" (run {event['run']})"
    kept = [str(value) for value in event["evidence"].values() if isinstance(value, (str, int)) and value]
    return f": {', '.join(kept)}" if kept else ""
