"""Where the instrument commands get their catalog and scoring rules: from the practice, or from the toolkit alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fit_toolkit.cli.context import App
from fit_toolkit.cli.forms import scoring_rules
from fit_toolkit.errors import ConfigError
from fit_toolkit.settings import find_practice

if TYPE_CHECKING:
    from fit_toolkit.catalog import Catalog
    from fit_toolkit.scoring import Rules


def in_practice(app: App) -> bool:
    """Say whether there is a practice; one that was named has to be there."""
    if app.folder is not None:
        return True
    try:
        find_practice()
    except ConfigError:
        return False
    return True


def catalog_at_hand(app: App) -> Catalog:
    """Give the practice's catalog, or the bundled one where there is no practice."""
    from fit_toolkit.catalog import build, bundled

    return app.practice.catalog if in_practice(app) else build([bundled()])


@contextmanager
def rules_at_hand(app: App) -> Iterator[Rules]:
    """Give the scoring rules of the practice's plugins, or the bundled ones where there is no practice."""
    from fit_toolkit.scoring import bundled_rules

    if in_practice(app):
        with scoring_rules(app) as rules:
            yield rules
    else:
        yield bundled_rules()
