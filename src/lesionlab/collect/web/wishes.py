"""Owners' wishes that their images train no machine: in headers, in pages, inside the files; nothing overrules them."""

from __future__ import annotations

import io
import re
import warnings

from PIL import Image
from scrapy.http import HtmlResponse, Response

from lesionlab.core.imaging import FORMATS

_TOKENS = ("noai", "noimageai")
_ROBOTS = re.compile(r"robots|.*bot|lesionlab", re.IGNORECASE)
_WEB_STATEMENT = re.compile(r"xmpRights:WebStatement\s*(?:=\s*[\"']|>\s*)([^\"'<]+)")
_DATA_MINING = re.compile(
    r"plus:DataMining\b[^<]{0,200}?(DMI-PROHIBITED[A-Z-]*)|plus:DataMining>\s*(DMI-PROHIBITED[A-Z-]*)"
)


def wish_of(response: Response) -> str:
    """Return the wish against use by machines in a response's headers or meta elements, as a sentence, or nothing."""
    tags = b",".join(response.headers.getlist("X-Robots-Tag")).decode("latin-1")
    if token := _token_in(tags):
        return f"The host asks for no use by AI (X-Robots-Tag: {token})."
    if response.headers.get("TDM-Reservation", b"").strip() == b"1":  # type: ignore[union-attr]
        return "The host reserves text and data mining (TDM-Reservation: 1)."
    if isinstance(response, HtmlResponse):
        for meta in response.xpath("//meta[@name and @content]"):
            name, content = meta.attrib["name"].strip(), meta.attrib["content"]
            if _ROBOTS.fullmatch(name) and (token := _token_in(content)):
                return f"The page asks for no use by AI (meta {name}: {token})."
            if name.lower() == "tdm-reservation" and content.strip() == "1":
                return "The page reserves text and data mining (tdm-reservation: 1)."
    return ""


def _token_in(text: str) -> str:
    words = re.split(r"[\s,:;]+", text.lower())
    return next((token for token in _TOKENS if token in words), "")


def wish_in_file(content: bytes) -> str:
    """Return the wish in an image's own metadata (PLUS data mining, in XMP), as a sentence, or nothing."""
    match = _DATA_MINING.search(_xmp(content))
    return f"The file itself prohibits it ({match[1] or match[2]})." if match else ""


def licence_in_file(content: bytes) -> str:
    """Return the address of the rights statement in an image's own metadata (XMP), or nothing."""
    match = _WEB_STATEMENT.search(_xmp(content))
    return match[1].strip()[:300] if match else ""


def _xmp(content: bytes) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with the picture is told when it is decoded
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    except Exception:  # noqa: BLE001 - Pillow's plug-ins raise nearly anything on damaged bytes
        return ""
    return packet.decode("utf-8", "replace") if isinstance(packet, bytes) else str(packet)
