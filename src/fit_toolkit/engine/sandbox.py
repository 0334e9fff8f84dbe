"""What a template may do: read plain data and write words. Templates are somebody's code, so what is allowed is listed.

Jinja's own sandbox keeps a template from Python's insides; this one keeps it from everything that is not on a list, from
texts that grow without end, and from running for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from jinja2 import StrictUndefined
from jinja2.exceptions import SecurityError
from jinja2.loaders import BaseLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from msgspec import Struct

from fit_toolkit.engine import template_limits as limits
from fit_toolkit.errors import ConfigError

LARGEST_PAGE = 4 * 1024 * 1024  # a crowded sheet has 60 kB
TEXT = frozenset({
    "upper", "lower", "title", "capitalize", "strip", "lstrip", "rstrip", "startswith", "endswith", "split", "count",
    "find", "isdigit",
})  # fmt: skip
DAY = frozenset({"year", "month", "day", "days", "isoformat", "weekday", "toordinal"})
LISTED = frozenset({"keys", "values", "items", "get", "count", "index"})
PATTERN = re.compile(r"(?:[^%]|%%|%[-+0 ]?\d{0,2}(?:\.\d)?[sdfg])*")
# filters that make long texts of short ones, or reach for what is not data
WITHOUT = (
    "center",
    "indent",
    "wordwrap",
    "pprint",
    "filesizeformat",
    "urlize",
    "xmlattr",
    "replace",
    "random",
    "batch",
    "slice",
    "tojson",
    "urlencode",
)


class Sandbox(ImmutableSandboxedEnvironment):
    """The one environment templates run in: strict, with a list of what they may reach, and escaped unless it writes plain text."""

    code_generator_class = limits.Generator
    concat = staticmethod(limits.glued)
    joined = staticmethod(limits.joined)
    weighed = staticmethod(limits.weighed)
    shown = staticmethod(limits.shown)
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, loader: BaseLoader, *, autoescape: bool = True) -> None:
        super().__init__(
            loader=loader,
            autoescape=autoescape,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=True,
            extensions=["jinja2.ext.i18n"],
            finalize=limits.finalized,
        )
        for name in WITHOUT:
            self.filters.pop(name, None)
        self.filters |= {"format": written, "join": limits.join, "sum": limits.total}
        self.filters = {name: limits.filtered(each) for name, each in self.filters.items()}
        for name in ("lipsum", "cycler", "joiner", "dict"):
            self.globals.pop(name, None)
        self.globals["namespace"] = limits.Notes
        self._fields: set[tuple[type, str]] = set()
        self._words: Callable[..., Any] | None = None

    def speak(self, gettext: Callable[[str], str], ngettext: Callable[[str, str, int], str]) -> None:
        """Say `_()` and `ngettext()` of templates through these."""
        self.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
        self._words = limits.said(gettext)
        self.globals |= {"_": self._words, "gettext": self._words, "ngettext": limits.said_of(ngettext)}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field of a record that was judged before is given at once."""
        try:
            if (type(obj), attribute) in self._fields:
                return getattr(obj, attribute)
        except AttributeError:  # within a property
            pass
        return super().getattr(obj, attribute)

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Words, of which a page says a hundred, are said without what Jinja does for a call that may be anything."""
        if (words := self._words) is not None and obj is words:
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return words(context, *args, **kwargs)
        return super().call(context, obj, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> None:
        """Leave `str.format` to `is_safe_attribute`, which has it on no list: '{:>999999999}' is a text that wide."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may reach `attr` of `obj`: fields of data, and a few harmless methods."""
        kind = (type(obj), attr)
        if kind in self._fields:
            return True
        allowed = self._judged(obj, attr, value)
        if allowed and isinstance(obj, Struct):  # of a record it depends on the kind alone, and there are only so many
            self._fields.add(kind)
        return allowed

    def _judged(self, obj: Any, attr: str, value: Any) -> bool:
        if not super().is_safe_attribute(obj, attr, value):
            return False
        if isinstance(obj, Struct):
            return attr in obj.__struct_fields__ or isinstance(getattr(type(obj), attr, None), property)
        if is_dataclass(obj):
            return attr in {each.name for each in fields(obj)} or isinstance(getattr(type(obj), attr, None), property)
        if isinstance(obj, (str, Markup)):
            return attr in TEXT
        if isinstance(obj, (dict, list, tuple)):
            return attr in LISTED
        if isinstance(obj, (date, int, float)) or type(obj).__module__ == "datetime":
            return attr in DAY
        return isinstance(obj, limits.Notes) or type(obj).__module__.startswith(
            "jinja2."
        )  # loop, self, super, macros, what an import gives

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Reckon with numbers, and write them as '%.1f'; texts and lists are only put together, up to a length."""
        if operator == "%" and isinstance(left, str):
            return written(left, *(right if isinstance(right, tuple) else (right,)))
        if operator == "+":
            limits.together(left, right)
        elif operator == "**" or not all(isinstance(side, (int, float)) for side in (left, right)):
            raise SecurityError(f"{operator} is for numbers")
        return limits.measured(super().call_binop(context, operator, left, right))


def written(pattern: str, *values: Any) -> str:
    """Fill '%.1f' and its like, no wider than a line."""
    if not PATTERN.fullmatch(pattern):
        raise SecurityError("a pattern is text with %s, %d or %.1f")
    limits.together(*(limits.plain(value) for value in values))
    return pattern % values


def run(env: Sandbox, name: str, values: dict[str, Any]) -> str:
    """Run a template, up to the length of a page."""
    parts: list[str] = []
    length = 0
    for part in env.get_template(name).generate(values):
        length += len(part)
        if length > LARGEST_PAGE:
            raise ConfigError(f"the template makes more than {LARGEST_PAGE // 1024} kB", where=name)
        parts.append(part)
    return "".join(parts)
