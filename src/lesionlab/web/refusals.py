"""What pydantic refused, in a sentence of cause and a sentence of cure."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_WANTED = {
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "model_type": "an object with named values",
    "model_attributes_type": "an object with named values",
}


def explain_refusal(error: ValidationError) -> tuple[str, str]:
    """Return cause and cure of the first thing refused."""
    return _explain(error.errors()[0])


def _explain(detail: ErrorDetails) -> tuple[str, str]:
    name = ".".join(str(part) for part in detail["loc"]) or "The body"
    kind, bounds = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return f"'{name}' is missing.", f"Send '{name}' as well."
    if kind == "extra_forbidden":
        return f"'{name}' is not known here.", "Leave it out."
    if kind in ("greater_than_equal", "less_than_equal"):
        side, limit = ("least", bounds["ge"]) if "ge" in bounds else ("most", bounds["le"])
        return f"'{name}' is {_shown(detail['input'])}.", f"Give at {side} {limit}."
    if kind in _WANTED:
        wanted = _WANTED[kind]
        return f"'{name}' is {_shown(detail['input'])}, which is not {wanted}.", f"Send {wanted}."
    return f"'{name}' was refused: {detail['msg'].lower()}.", "Check it against /openapi.json."


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return text if len(text) <= 60 else f"{text[:57]}..."
