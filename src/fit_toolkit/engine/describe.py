"""Checks a class that a plugin registered and describes it as plain data: kind, parameters, schema."""

from __future__ import annotations

import inspect
import re
from typing import Any

import msgspec
from msgspec import inspect as types

from fit_toolkit.course import AlertPolicy, Curve, Example, Norms, Rating, example_of
from fit_toolkit.engine.records import Parameter, Role, Thing, What
from fit_toolkit.engine.templates import TEMPLATE_NAME
from fit_toolkit.errors import ContractError
from fit_toolkit.model import ScoringRule
from fit_toolkit.model.parts import Channel, Reader, Section
from fit_toolkit.model.writing import Writer

KIND = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
BASES: dict[What, tuple[type[Any], tuple[str, ...]]] = {
    "policy": (AlertPolicy, ("find",)),
    "rule": (ScoringRule, ("compute",)),
    "reader": (Reader, ("rows",)),
    "writer": (Writer, ("write",)),
    "channel": (Channel, ("deliver",)),
    "section": (Section, ("data",)),
}
PAGES = ("therapist", "client")
TAKEN = frozenset({"id", "kind", "instrument", "scale", "rater", "severity", "to", "after", "occasion"})
TAKEN_BY_SECTIONS = frozenset({"kind"})  # nothing else stands in a [[sections]] table
ROLES: dict[type[Any], Role] = {Norms: "norms", Rating: "rating", Curve: "curve"}
ALLOWED = {
    "basis": ("unusual", "convention", "answer", "absence"),
    "severity": ("safety", "attention", "notice"),
}
WORDS: dict[type[types.Type], str] = {
    types.BoolType: "yes or no",
    types.StrType: "text",
    types.IntType: "whole number",
    types.FloatType: "number",
    types.NoneType: "nothing",
    types.DateType: "date",
}


def describe(what: What, cls: object) -> Thing:
    """Check a registered class and describe it; raise ContractError that says what is wrong with it."""
    base, methods = BASES[what]
    if not (isinstance(cls, type) and issubclass(cls, base)) or cls is base:
        raise ContractError(f"gave something that is not a class derived from fit_toolkit.{base.__name__}")
    kind = getattr(cls, "kind", None)
    if not isinstance(kind, str) or not KIND.fullmatch(kind):
        raise ContractError(f"{cls.__name__}.kind must be a name of letters a-z, digits and '-'")
    for method in methods:
        if getattr(cls, method) is getattr(base, method):
            raise ContractError(f"{cls.__name__} does not define {method}")
    config: Any = getattr(cls, "__struct_config__")  # noqa: B009 - not in the type of a class
    if not (config.frozen and config.forbid_unknown_fields):
        raise ContractError(f"{cls.__name__} must stay frozen and refuse unknown parameters")
    doc = inspect.cleandoc(cls.__doc__ or "")
    thing = Thing(
        what=what,
        kind=kind,
        title=doc.partition("\n")[0],
        doc=doc,
        parameters=parameters(cls, taken=TAKEN_BY_SECTIONS if what == "section" else TAKEN),
        schema=_schema(cls),
        sets=_sets(cls, base),
    )
    if what == "section":
        return _with_section_facts(cls, thing)
    return _with_policy_facts(cls, thing) if what == "policy" else thing


def _sets(cls: type[Any], base: type[Any]) -> tuple[str, ...]:
    """What of its base the class defines itself, as `Base.name`."""
    above = cls.__mro__[: cls.__mro__.index(base)]
    mine = {name for each in above for name in vars(each) if not name.startswith("_")}
    return tuple(f"{base.__name__}.{name}" for name in sorted(mine.intersection(dir(base))))


def parameters(cls: type[Any], taken: frozenset[str] = TAKEN) -> tuple[Parameter, ...]:
    """Describe the parameters of a class in the order they are declared."""
    try:
        info = types.type_info(cls)
    except (TypeError, NameError, AttributeError) as error:
        raise ContractError(f"a parameter of {cls.__name__} has no usable type ({type(error).__name__})") from error
    if not isinstance(info, types.StructType):
        raise ContractError(f"{cls.__name__} is not a record with typed parameters")
    return tuple(_parameter(cls, field, taken) for field in info.fields)


def _parameter(cls: type[Any], field: types.Field, taken: frozenset[str]) -> Parameter:
    if field.name in taken:
        raise ContractError(f"{cls.__name__}: the parameter name {field.name!r} is taken by fit.toml itself")
    inner = field.type.type if isinstance(field.type, types.Metadata) else field.type
    return Parameter(
        name=field.name,
        type=_words(inner, f"{cls.__name__}.{field.name}"),
        required=field.required,
        default=_default(field),
        help=_help(field.type),
        role=_role(inner),
    )


def _help(kind: types.Type) -> str:
    """Find the description of a parameter, also where it stands within `Annotated[...] | None`."""
    if isinstance(kind, types.Metadata):
        return str((kind.extra_json_schema or {}).get("description", "")) or _help(kind.type)
    if isinstance(kind, types.UnionType):
        return next(filter(None, map(_help, kind.types)), "")
    return ""


def _default(field: types.Field) -> Any:
    value = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        value = field.default_factory()
    return None if value is msgspec.NODEFAULT else msgspec.to_builtins(value)


def _members(kind: types.Type) -> tuple[types.Type, ...]:
    if isinstance(kind, types.Metadata):
        return _members(kind.type)
    return kind.types if isinstance(kind, types.UnionType) else (kind,)


def _role(kind: types.Type) -> Role:
    for member in _members(kind):
        if isinstance(member, types.StructType) and member.cls in ROLES:
            return ROLES[member.cls]
    return ""


def _words(kind: types.Type, where: str) -> str:
    return " or ".join(_word(member, where) for member in _members(kind))


def _word(kind: types.Type, where: str) -> str:
    if isinstance(kind, (types.AnyType, types.CustomType, types.RawType)):
        raise ContractError(f"{where} has no type that can be checked")
    if isinstance(kind, types.LiteralType):
        return "one of " + ", ".join(str(value) for value in kind.values)
    if isinstance(kind, types.StructType):
        named = {"norms": "name of a norm set", "rating": "another rating", "curve": "name of a curve pack"}
        return named.get(ROLES.get(kind.cls, ""), kind.cls.__name__)
    if isinstance(kind, (types.ListType, types.VarTupleType, types.SetType, types.FrozenSetType)):
        return f"list of {_words(kind.item_type, where)}"
    word = WORDS.get(type(kind), type(kind).__name__.removesuffix("Type").lower())
    return word + _bounds(kind)


def _bounds(kind: types.Type) -> str:
    signs = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
    bounds = [
        f"{sign} {getattr(kind, name):g}" for name, sign in signs.items() if getattr(kind, name, None) is not None
    ]
    return " " + " and ".join(bounds) if bounds else ""


def _schema(cls: type[Any]) -> dict[str, Any]:
    try:
        return msgspec.json.schema(cls)
    except TypeError as error:
        raise ContractError(f"a parameter of {cls.__name__} cannot be described as JSON") from error


def _with_policy_facts(cls: type[Any], thing: Thing) -> Thing:
    for name, allowed in ALLOWED.items():
        if getattr(cls, name) not in allowed:
            raise ContractError(f"{cls.__name__}.{name} must be one of {', '.join(allowed)}")
    for name in ("clock", "item", "left_out"):
        if not isinstance(getattr(cls, name), bool):
            raise ContractError(f"{cls.__name__}.{name} must be True or False")
    if cls.left_out and not cls.item:
        raise ContractError(f"{cls.__name__}.left_out is for policies that watch flagged items: item = True")
    if type(cls.after) is not int or cls.after < 1:
        raise ContractError(f"{cls.__name__}.after must be a whole number from 1 on")
    return msgspec.structs.replace(
        thing,
        basis=cls.basis,
        severity=cls.severity,
        after=cls.after,
        clock=cls.clock,
        item=cls.item,
        left_out=cls.left_out,
        fires_on=_example(cls, "fires_on"),
        quiet_on=_example(cls, "quiet_on"),
    )


def _example(cls: type[Any], name: str) -> Example | None:
    """Take a declared example as plain data, so that it can travel."""
    try:
        example = example_of(getattr(cls, name))
        return msgspec.convert(msgspec.to_builtins(example), Example | None)
    except (ValueError, TypeError) as error:  # a ValidationError is a ValueError
        raise ContractError(f"{cls.__name__}.{name}: {error}") from error


def _with_section_facts(cls: type[Any], thing: Thing) -> Thing:
    page, template = cls.page, cls.template
    if page not in PAGES:
        raise ContractError(f"{cls.__name__}.page must be one of {', '.join(PAGES)}")
    template = template or f"sections/{thing.kind}.html"
    if not (isinstance(template, str) and TEMPLATE_NAME.fullmatch(template)):
        raise ContractError(f"{cls.__name__}.template must be a name such as 'sections/{thing.kind}.html'")
    return msgspec.structs.replace(thing, page=page, template=template)
