"""What the practice's own safety policies say about one form, while whoever typed it is still there.

What a form flags is read from its definition, without any policy. A practice may watch more than that: another trigger,
another item, a policy of its own. Nothing is written here; the alert itself is opened by the next run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fit_toolkit.courses.asking import Asking
from fit_toolkit.courses.load import Slice
from fit_toolkit.engine import PluginFailureError

if TYPE_CHECKING:
    from fit_toolkit.catalog import Catalog
    from fit_toolkit.engine import Registry
    from fit_toolkit.model.records import Administration
    from fit_toolkit.practice import Practice
    from fit_toolkit.settings import PolicyTable, Settings


@dataclass(frozen=True)
class AtEntry:
    """Ids of the safety policies that say yes about the form, and one line for each that could not be asked."""

    says: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Parts:
    """The practice with the policies about one instrument alone."""

    settings: Settings
    registry: Registry
    catalog: Catalog


def asked_at_entry(practice: Practice, form: Administration, episode: int) -> AtEntry:
    """Ask the safety policies that watch this form's instrument about this form; one that fails costs no other."""
    mine = [each for each in practice.settings.policies if each.values.get("instrument") == form.instrument]
    tables = tuple(each for each in mine if _severity(each, practice.registry) == "safety")
    if not tables:
        return AtEntry()
    parts = _Parts(replace(practice.settings, policies=tables), practice.registry, practice.catalog)
    says: list[str] = []
    with Asking(parts, forgiving=True) as asking, practice.store.read() as c:
        failed = [f"the policy {name} could not be prepared (fit policies check)" for name in sorted(asking.unready)]
        part = Slice.of(
            c,
            [episode],
            as_of=max(practice.today(), form.session_on),
            max_gap_days=practice.settings.number("alerts.max_gap_days"),
        )
        for use in asking.uses:
            if use.stream.rater != form.rater:
                continue
            loaded = part.load(use.stream, use.view, use.partners)
            try:
                findings = asking.find(use, loaded.course)
            except PluginFailureError as error:
                failed.append(str(error.failure))
                continue
            if not findings.about_members and bool(findings.fires[loaded.entered == form.id].any()):
                says.append(use.id)
    return AtEntry(tuple(dict.fromkeys(says)), tuple(dict.fromkeys(failed)))


def _severity(table: PolicyTable, registry: Registry) -> str:
    """The severity as written, else that of its kind; one whose plugin did not load may be about safety."""
    kind = registry.policies.get(str(table.values.get("kind")))
    return str(table.values.get("severity", "safety" if kind is None else kind.thing.severity))
