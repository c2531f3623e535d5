"""Plain text of pieces of HTML, and what pages state of licences in the ways that machines can read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from parsel import Selector

LONGEST = 500


def plain(html: str) -> str:
    """Return a piece of HTML as one line of text, scripts and styles left out."""
    if not html.strip():
        return ""
    body = Selector(text=html, type="html")
    texts = body.xpath("//text()[not(ancestor::script or ancestor::style)]").getall()
    return one_line("".join(texts))


def one_line(text: str) -> str:
    """Return a text with its white space made single, without control characters, cut to a sensible length."""
    spaced = re.sub(r"\s+", " ", text)
    return "".join(c for c in spaced if c.isprintable()).strip()[:LONGEST]


def linked_data(selector: Selector) -> Iterator[dict[str, Any]]:
    """Yield every schema.org object in the page's JSON-LD, nested ones too; what is no JSON is passed over."""
    for script in selector.xpath('//script[@type="application/ld+json"]/text()').getall():
        try:
            yield from _objects(json.loads(script))
        except (ValueError, RecursionError):
            continue


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from _objects(part)


def words_of(value: Any) -> tuple[str, ...]:
    """Return the names and addresses within a schema.org value: a text, an object, or a list of them."""
    if isinstance(value, str):
        return (one_line(value),) if value.strip() else ()
    if isinstance(value, dict):
        kept = (value.get(key) for key in ("name", "@id", "url"))
        return tuple(word for part in kept for word in words_of(part) if not isinstance(part, dict))
    if isinstance(value, list):
        return tuple(word for part in value for word in words_of(part))
    return ()


def names_of(value: Any) -> str:
    """Return the names of persons or organisations within a schema.org value, joined."""
    if isinstance(value, list):
        return "; ".join(name for part in value if (name := names_of(part)))
    if isinstance(value, dict):
        return one_line(str(value.get("name") or ""))
    return one_line(value) if isinstance(value, str) else ""
