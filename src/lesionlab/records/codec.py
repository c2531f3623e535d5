"""Frozen dataclasses to plain JSON values and back, strictly."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from lesionlab.core.errors import LesionLabError, OptionsError
from lesionlab.core.names import did_you_mean

Record = TypeVar("Record")


def to_plain(record: Any) -> Any:
    """Return a record as dicts, lists, strings and numbers, ready for JSON."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {field.name: to_plain(getattr(record, field.name)) for field in dataclasses.fields(record)}
    if isinstance(record, Mapping):
        return {str(key): to_plain(value) for key, value in record.items()}
    if isinstance(record, tuple | list):
        return [to_plain(value) for value in record]
    return record


def from_plain(kind: type[Record], plain: Any, where: str, error: type[LesionLabError] = OptionsError) -> Record:
    """Build a record of `kind` from plain values read from `where`.

    Raises:
        error: an unknown key (the nearest known one is named), a missing key or a value of the wrong type.
    """
    if not isinstance(plain, Mapping):
        raise error(f"{where} should hold named values, not {type(plain).__name__}.", "Write it again or remove it.")
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in plain:
        if key not in fields:
            raise error(f"Unknown key '{key}' in {where}.", did_you_mean(str(key), fields))
    values = {}
    for name, field in fields.items():
        if name in plain:
            values[name] = _value(hints[name], plain[name], f"{where}: {name}", error)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise error(f"{where} lacks '{name}'.", "It was written by another version or is incomplete.")
    return kind(**values)


def _value(hint: Any, value: Any, where: str, error: type[LesionLabError]) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return from_plain(hint, value, where, error)
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in arguments:
            return None
        return _value(next(a for a in arguments if a is not type(None)), value, where, error)
    if origin is tuple and isinstance(value, list | tuple):
        return tuple(_value(arguments[0], item, where, error) for item in value)
    if origin is dict and isinstance(value, Mapping):
        return {str(key): _value(arguments[1], item, where, error) for key, item in value.items()}
    return _scalar(hint, value, where, error)


def _scalar(hint: Any, value: Any, where: str, error: type[LesionLabError]) -> Any:
    if typing.get_origin(hint) is typing.Literal:
        choices = typing.get_args(hint)
        if value not in choices:
            raise error(f"{where} is {value!r}.", did_you_mean(str(value), map(str, choices)))
        return value
    if hint is Any:
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(hint, type) or not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        name = getattr(hint, "__name__", str(hint))
        raise error(f"{where} is {value!r}, which is no {name}.", f"Give a value of type {name}.")
    return value
