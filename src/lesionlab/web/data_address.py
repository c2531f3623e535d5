"""Pictures inside a page, so that it can show them without anything being kept anywhere."""

from __future__ import annotations

from base64 import b64encode


def data_address(png: bytes) -> str:
    """Return a PNG as a data: address."""
    return f"data:image/png;base64,{b64encode(png).decode()}"
