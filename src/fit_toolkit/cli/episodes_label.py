"""`fit episodes label`: labels by which a report may be narrowed."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import dry_run_option


@click.command("label")
@click.argument("episode")
@click.argument("labels", nargs=-1, metavar="[LABEL]...")
@click.option("--remove", is_flag=True, help="Take these labels off instead.")
@dry_run_option
@pass_app
def command(app: App, *, episode: str, labels: tuple[str, ...], remove: bool, dry_run: bool) -> None:
    """Give EPISODE labels, such as evening-clinic; a site is written site:north. Without any, show those it has.

    Reports can be narrowed to a label or a site. A label is about the service, never about the client: whoever reads a
    report reads it.
    """
    from fit_toolkit.store import labels as stored
    from fit_toolkit.store.people import episode_id

    if not labels:
        with app.practice.store.read() as c:
            found = episode_id(c, episode)
            click.echo("".join(f"{label}\n" for label in stored.labels_of(c, [found]).get(found, ())), nl=False)
        return
    with app.practice.store.begin(dry_run=dry_run) as c:
        change = stored.remove_labels if remove else stored.add_labels
        done = change(c, episode, labels)
    what = "taken off" if remove else "given"
    app.done(f"{', '.join(done) or 'nothing'} {what}.", dry_run=dry_run)
