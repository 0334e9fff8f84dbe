"""How much a template may make at one stroke: whatever joins, repeats or collects is measured before it is done.

A text doubled forty times is a terabyte, and a list that holds itself twice is as bad once it is written out. So there is
a largest text and a heaviest list, and every way to make a larger one out of smaller ones goes through here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from jinja2.compiler import CodeGenerator
from jinja2.exceptions import SecurityError, TemplateAssertionError
from jinja2.nodes import Concat, Dict, List, Name, Tuple
from jinja2.runtime import Undefined
from jinja2.utils import Namespace, pass_context
from markupsafe import Markup, escape

LARGEST = 1024 * 1024  # letters of one text; a crowded sheet has 60 kB
HEAVIEST = 256 * 1024  # letters and values of one list
LARGEST_NUMBER = 2**53  # what a number without decimals may reach
COLLECTIONS = (list, tuple, dict, set, frozenset)


class Generator(CodeGenerator):
    """Writes templates as Python, with what makes larger things measured when it runs."""

    def visit_Concat(self, node: Concat, frame: Any) -> None:  # noqa: N802 - Jinja's name
        """`a ~ b`."""
        self.write("environment.joined((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_List(self, node: List, frame: Any) -> None:  # noqa: N802
        """`[a, b]`."""
        self._weighed(super().visit_List, node, frame)

    def visit_Tuple(self, node: Tuple, frame: Any) -> None:  # noqa: N802
        """`(a, b)`, unless it is where values go."""
        if node.ctx == "load":
            self._weighed(super().visit_Tuple, node, frame)
        else:
            super().visit_Tuple(node, frame)

    def visit_Dict(self, node: Dict, frame: Any) -> None:  # noqa: N802
        """`{a: b}`."""
        self._weighed(super().visit_Dict, node, frame)

    def visit_Name(self, node: Name, frame: Any) -> None:  # noqa: N802
        """A name; not the lists that a macro is given without asking."""
        if node.name in {"varargs", "kwargs"}:
            raise TemplateAssertionError(f"{node.name} may not be used", node.lineno, self.name, self.filename)
        super().visit_Name(node, frame)

    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:
        """`{{ value }}`, of which a page has hundreds: judged and escaped in one step, where it is known that it is escaped."""
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is not None:
            self.write("environment.shown((")  # closed twice, as `escape(finalize(` is
        else:
            super()._output_child_pre(node, frame, finalize)

    def _weighed(self, write: Callable[..., None], node: Any, frame: Any) -> None:
        self.write("environment.weighed(")
        write(node, frame)
        self.write(")")


class Notes(Namespace):
    """`namespace()` of templates, which says nothing of what it holds."""

    def __repr__(self) -> str:
        return "namespace"


def weighed(value: Any) -> Any:
    """Give a list or another collection back, or refuse it: all that is in it counts, as often as it is in it."""
    total, rest = 0, [value]
    while rest:
        each = rest.pop()
        if isinstance(each, dict):
            rest += [*each, *each.values()]
        elif isinstance(each, COLLECTIONS):
            rest += each
        total += len(each) + 1 if isinstance(each, (str, *COLLECTIONS)) else 1
        if total > HEAVIEST:
            raise SecurityError("a list is too large")
    return value


def measured(value: Any) -> Any:
    """Give anything back that is not too large."""
    if isinstance(value, str):
        if len(value) > LARGEST:
            raise SecurityError("a text is too long")
        return value
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        raise SecurityError("a number is too large")
    return weighed(value) if isinstance(value, COLLECTIONS) else value


def together(*values: Any) -> None:
    """Refuse values that would make too long a text, or too large a list, of each other."""
    if sum(len(value) if isinstance(value, str) else 24 for value in values) > LARGEST:
        raise SecurityError("a text is too long")
    weighed([value for value in values if isinstance(value, COLLECTIONS)])


def plain(value: Any) -> Any:
    """What may be written: not a whole list, whose text nobody wants on a page."""
    if isinstance(value, COLLECTIONS):
        raise SecurityError("a list is written item by item")
    return value


def joined(parts: Iterable[Any]) -> str:
    """Texts one after the other (`~`), as long as they stay short enough; escaped where one of them is safe."""
    return _put_together("", parts)


def glued(parts: Iterable[str]) -> str:
    """What a block, a macro or a call has written, in one text."""
    texts, length = [], 0
    for part in parts:
        length += len(part)
        if length > LARGEST:
            raise SecurityError("a text is too long")
        texts.append(part)
    return "".join(texts)


def join(value: Iterable[Any], d: str = "", attribute: Any = None) -> str:
    """The filter `join`, of plain values."""
    if attribute is not None:
        raise SecurityError("join takes no attribute; use map before it")
    return _put_together(d, value)


def _put_together(between: str, parts: Iterable[Any]) -> str:
    texts: list[str] = []
    length = 0
    for part in parts:
        text = plain(part) if hasattr(part, "__html__") else str(plain(part))
        length += len(text) + len(between)
        if length > LARGEST:
            raise SecurityError("a text is too long")
        texts.append(text)
    if any(hasattr(text, "__html__") for text in (between, *texts)):
        return escape(between).join(texts)
    return between.join(texts)


def total(value: Iterable[Any], start: float = 0) -> float:
    """The filter `sum`, of numbers."""
    found = start
    for each in value:
        if not isinstance(each, (int, float)):
            raise SecurityError("only numbers have a sum")
        found += each
    return found


def filtered(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose result is measured."""

    @wraps(filter_)
    def call(*given: Any, **named: Any) -> Any:
        return measured(filter_(*given, **named))

    return call


def said(speak: Callable[[str], str]) -> Callable[..., Any]:
    """`_()` of templates."""

    @pass_context
    def gettext(context: Any, message: Any, /, **values: Any) -> Any:
        return _filled(context, speak(message), (message,), values)

    return gettext


def said_of(speak: Callable[[str, str, int], str]) -> Callable[..., Any]:
    """`ngettext()` of templates; the number is filled in as `num`."""

    @pass_context
    def ngettext(context: Any, one: Any, many: Any, n: Any, /, **values: Any) -> Any:
        return _filled(context, speak(one, many, n), (one, many), {"num": n, **values})

    return ngettext


def _filled(context: Any, said: str, words: tuple[Any, ...], values: dict[str, Any]) -> Any:
    """A sentence with its values, which stay short in however many places of it they stand."""
    text = Markup(said) if context.eval_ctx.autoescape else said  # noqa: S704 - packs are looked at as they are read
    if not values:
        return text if "%" not in text else text % values
    places = 1 + max((word.count("%") for word in words if isinstance(word, str)), default=0)
    longest = max(len(str(plain(value))) for value in values.values())
    if 6 * longest * places > LARGEST:
        raise SecurityError("a text is too long")
    return text % values


def finalized(value: Any) -> Any:
    """What `{{ value }}` writes."""
    return value if isinstance(value, Undefined) else plain(value)


def shown(value: Any) -> str:
    """What `{{ value }}` writes where markup signs are escaped: the same as `escape(finalized(value))`."""
    kind = type(value)
    if kind is Markup or kind is str:
        return escape(value)
    return str(value) if kind is int or kind is float else escape(finalized(value))
