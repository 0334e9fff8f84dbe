"""Where the instrument commands get their catalog and scoring rules: from the practice, or from the toolkit alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fit_toolkit.cli.context import App
from fit_toolkit.cli.forms import scoring_rules

if TYPE_CHECKING:
    from fit_toolkit.catalog import Catalog
    from fit_toolkit.scoring import Rules


def catalog_at_hand(app: App) -> Catalog:
    """Give the practice's catalog, or the bundled one where there is no practice."""
    from fit_toolkit.catalog import build, bundled

    return app.practice.catalog if app.in_practice else build([bundled()])


@contextmanager
def rules_at_hand(app: App) -> Iterator[Rules]:
    """Give the scoring rules of the practice's plugins, or the bundled ones where there is no practice."""
    from fit_toolkit.scoring import bundled_rules

    if app.in_practice:
        with scoring_rules(app) as rules:
            yield rules
    else:
        yield bundled_rules()
