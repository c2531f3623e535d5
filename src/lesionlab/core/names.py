"""Names in sentences: the nearest known one for a misspelt one, and the article before a noun."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to `name`, or None when nothing is close."""
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return matches[0] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return one sentence that names the nearest known name, or lists them all."""
    names = list(known)
    near = nearest(name, names)
    return f"Did you mean '{near}'?" if near else f"Known: {', '.join(names)}."


def a(noun: str) -> str:
    """Return a noun behind its article, such as `a generator` or `an extractor`."""
    return f"an {noun}" if noun[:1] in tuple("aeiou") else f"a {noun}"
