"""`fit alerts show`: the whole story of one alert."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any

import click

from fit_toolkit.cli.alert_ids import ALERT_ID
from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import as_json, visible

HIDDEN = {"day", "flagged", "administration", "one_in"}  # shown as dates and words elsewhere
CALLED = {"value": "rating", "gap": "days since the rating before", "n": "rating number"}
WORDS = {
    "new": "because it was new",
    "again": "because it came up again",
    "repeat": "once more, because nobody had noted what was done",
    "all-done": "because it was over and nothing was left",
    "escalated": "passed on, because whoever was told first was not there or had noted nothing",
}


@click.command("show")
@click.argument("alert", type=ALERT_ID, metavar="ID")
@click.option("--format", "fmt", type=click.Choice(("table", "json")), default="table", show_default=True,
              help="How to print it.")  # fmt: skip
@pass_app
def command(app: App, alert: int, fmt: str) -> None:
    """Tell the whole story of the alert ID: what, on what evidence, what that is worth, who was told, who did what."""
    from fit_toolkit.alerts.story import story

    practice = app.practice
    with practice.store.read() as c:
        found = story(c, alert, on=practice.today())
    if fmt == "json":
        click.echo(as_json("alert", [found], list(found)), nl=False)
        return
    for line in told(found, practice.zone):
        click.echo(line)


def told(story: Mapping[str, Any], zone: tzinfo) -> Iterator[str]:
    """The story in lines, with times as the clock in `zone` shows them."""
    yield visible(f"Alert {story['id']}, {story['standing']}")
    what = f"{story['policy']} ({story['kind']}) on {story['instrument']} {story['scale']}"
    yield from _field("what", f"{what}, rated by the {story['rater']} at the {story['occasion']} of a session")
    yield from _field("client", f"{story['client']}, episode {story['episode']}, with {story['therapist'] or 'nobody'}")
    yield from _field("session", story["session_date"])
    yield from _field("severity", story["severity"])
    yield from _field("reason", story["reason"] + (", once more" if story["regressed"] else ""))
    yield from _field("rests on", story["rests_on"])
    yield from _field("worth", story["worth"])
    yield from _field("evidence", _evidence(story["evidence"]))
    yield from _field("unstable", "it came and went three times within eight ratings" if story["unstable"] else "")
    yield from _field("messages", story["held"])
    yield from _field("found by", _provenance(story["events"]))
    yield ""
    lines = [(event["at"], event["seq"], 0, _happened(event)) for event in story["events"]]
    lines += [(message["at"], message["event"], 1, _sent(message, zone)) for message in story["messages"]]
    for at, _, _, text in sorted(lines, key=lambda line: line[:3]):
        yield visible(f"{at.astimezone(zone):%Y-%m-%d %H:%M}  {text}")


def _field(name: str, value: object) -> Iterator[str]:
    if value:
        yield f"  {name:<9} {visible(value)}"


def _evidence(evidence: Mapping[str, Any]) -> str:
    facts = [f"{CALLED.get(name, name)} {_number(value)}" for name, value in evidence.items() if name not in HIDDEN]
    if "administration" in evidence:
        facts.append(f"form {evidence['administration']}")
    return ", ".join(facts)


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, (int, float)) else str(value)


def _provenance(events: list[dict[str, Any]]) -> str:
    """Which plugin and version of the toolkit last looked at it, and the policy as it was written then."""
    looked = next((event["evidence"] for event in reversed(events) if "plugin" in event["evidence"]), None)
    if looked is None:
        return ""
    return f"plugin {looked['plugin']}, fit-toolkit {looked['engine']}, policy {looked['policy'][:8]}"


def _happened(event: Mapping[str, Any]) -> str:
    who = event["actor"] if event["run"] is None else f"{event['actor']}, run {event['run']}"
    return f"{event['seen_as']:<5} {who}: {event['words']}"


def _sent(message: Mapping[str, Any], zone: tzinfo) -> str:
    when = f" {message['sent_at'].astimezone(zone):%Y-%m-%d %H:%M}" if message["sent_at"] else ""
    why = WORDS.get(message["reason"], message["reason"])
    return f"told  {message['to'] or 'nobody found'} by {message['channel']}, {why}: {message['words']}{when}"
