"""What the engine knows about plugins: where they are, what they bring, and what went wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from fit_toolkit.course import Example
from fit_toolkit.errors import ContractError, PluginError

Origin = Literal["bundled", "drop-in", "package"]
State = Literal["loaded", "off", "failed"]
What = Literal["policy", "rule", "reader", "writer", "channel", "section"]
Role = Literal["", "norms", "rating", "curve"]
TrialKind = Literal["", "open", "shut", "other-day", "amid"]

HOOKS: Mapping[str, What] = {
    "register_alert_policies": "policy",
    "register_scoring_rules": "rule",
    "register_readers": "reader",
    "register_writers": "writer",
    "register_channels": "channel",
    "register_sheet_sections": "section",
}
INSTRUMENTS = "register_instruments"
TEMPLATES = "register_template_dirs"


class PluginSettings(Protocol):
    """The settings under `[plugins]` as the engine reads them."""

    @property
    def enabled(self) -> Sequence[str]:
        """Installed packages that may be loaded."""
        ...

    @property
    def required(self) -> Sequence[str]:
        """Plugins without which nothing runs."""
        ...

    @property
    def isolate(self) -> bool:
        """Whether policies and scoring rules that are not ours run in a child process."""
        ...

    @property
    def timeout_seconds(self) -> float:
        """How long one answer of a child process may take."""
        ...

    @property
    def memory_mb(self) -> int:
        """How much memory a child process may have."""
        ...

    @property
    def choose(self) -> Mapping[str, str]:
        """Which plugin gives a kind that several give."""
        ...


class Defaults(msgspec.Struct, frozen=True):
    """Settings under `[plugins]` where no practice says otherwise."""

    enabled: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    isolate: bool = True
    timeout_seconds: float = 30.0
    memory_mb: int = 1024
    choose: dict[str, str] = {}
    pinned: dict[str, str] = {}


class Limits(msgspec.Struct, frozen=True):
    """What one child process may use; `seconds` is for one answer, in wall time and in CPU time.

    `trial` is for made-up data only: "open" tells what a plugin raised in full, "shut" also refuses the network, other
    programs and files to be written, "other-day" and "amid" also show another day and time.
    """

    seconds: float = 30.0
    memory_mb: int = 1024
    files: int = 64
    file_mb: int = 16
    trial: TrialKind = ""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a plugin is loaded from: a module by name, or a single file; `digest` changes with what is installed.

    `intended_use` says what it is for and not for; one that ships with the toolkit and has such a text is off until
    somebody switches it on.
    """

    name: str
    origin: Origin
    module: str
    attribute: str = ""
    file: str = ""
    path: tuple[str, ...] = ()
    version: str = ""
    digest: str = ""
    where: str = ""
    intended_use: str = ""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names a practice may write for it: that of the distribution."""
        name = self.where.partition(" ")[0].replace("_", "-").lower()
        return (name,) if self.origin == "package" and name != self.name else ()

    @property
    def opt_in(self) -> bool:
        """Whether it stays off until fit.toml names it."""
        return self.origin == "package" or bool(self.intended_use)

    @property
    def pin(self) -> str:
        """What fit.toml keeps of an installed package when it is enabled: its version and a piece of its digest."""
        return f"{self.version} {self.digest[:16]}".strip()


class PluginFailure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that went wrong, attributed; `error` is one line without client data."""

    plugin: str
    version: str
    hook: str
    thing: str
    error: str

    def __str__(self) -> str:
        """One line for a person."""
        who = f"plugin {self.plugin} {self.version}".rstrip()
        what = " ".join(part for part in (self.hook, self.thing) if part)
        return f"{who}: {what}: {self.error}" if what else f"{who}: {self.error}"


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One parameter of a policy, rule, reader, writer, channel or section, as plain data.

    `role` says that it stands for something the engine or the loader of courses has to bring: a norm set by name, a
    second course, a curve pack.
    """

    name: str
    type: str
    required: bool
    default: Any = None
    help: str = ""
    role: Role = ""


class Thing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a hook registered, described as plain data, so that it can be told by a child process."""

    what: What
    kind: str
    title: str = ""
    doc: str = ""
    parameters: tuple[Parameter, ...] = ()
    schema: dict[str, Any] = {}
    basis: Literal["unusual", "convention", "answer", "absence"] = "convention"
    severity: Literal["safety", "attention", "notice"] = "attention"
    after: int = 1
    clock: bool = False
    item: bool = False
    left_out: bool = False
    fires_on: Example | None = None
    quiet_on: Example | None = None
    page: Literal["", "therapist", "client"] = ""
    template: str = ""
    sets: tuple[str, ...] = ()  # class attributes and methods of its base that it defines, such as `Reader.suffixes`


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything about one plugin that can be learned by loading it once."""

    version: str = ""
    api: str = ""
    note: str = ""
    hooks: tuple[str, ...] = ()
    things: tuple[Thing, ...] = ()
    instruments: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    failures: tuple[PluginFailure, ...] = ()
    trace: tuple[str, ...] = ()


class PluginInfo(msgspec.Struct, frozen=True):
    """One row of `fit plugins list`."""

    name: str
    version: str
    source: Origin
    where: str
    hooks: tuple[str, ...]
    api: str
    state: State
    reason: str
    load_seconds: float
    kinds: tuple[str, ...] = ()
    isolated: bool = False
    digest: str = ""
    changed: str = ""  # how it differs from what was enabled
    deprecated: tuple[str, ...] = ()  # what it uses that will be taken away, one sentence each


class Provided(msgspec.Struct, frozen=True):
    """A kind and who provides it.

    `cls` is the class itself for what runs in this process; None for what runs in a child, of which this process
    only knows the description in `thing`.
    """

    thing: Thing
    source: Source
    cls: type[Any] | None = None

    @property
    def kind(self) -> str:
        """The name used in fit.toml and in instrument files."""
        return self.thing.kind

    @property
    def plugin(self) -> str:
        """The name of the plugin."""
        return self.source.name

    @property
    def version(self) -> str:
        """The version of the plugin."""
        return self.source.version

    @property
    def isolated(self) -> bool:
        """Whether it runs in a child process."""
        return self.cls is None

    def failure(self, error: str) -> PluginFailure:
        """Attribute a failure to this provider."""
        hook = next(name for name, what in HOOKS.items() if what == self.thing.what)
        return PluginFailure(self.plugin, self.version, hook, f"{self.thing.what} {self.kind}", error)


class PluginFailureError(PluginError):
    """A plugin did not do its work; `failure` says which, and what it was asked for."""

    def __init__(self, failure: PluginFailure, *, hint: str = "") -> None:
        super().__init__(str(failure), hint=hint)
        self.failure = failure


class BrokenContractError(PluginFailureError, ContractError):
    """A plugin answered, but not in the form agreed."""
