"""An XMP packet: what other software reads of a file, whatever its format, and our own record in full."""

from __future__ import annotations

import json
import math
from typing import Any
from xml.sax.saxutils import escape, unescape

from lesionlab.core.synthetic_mark import DIGITAL_SOURCE_TYPE

MAX_RECORD_BYTES = 4 * 2**20  # a walk of 2,000 kept latents has 2 MB; parsed, JSON can take twenty times its length

_OPEN, _CLOSE = "<lesionlab:Record>", "</lesionlab:Record>"


def xmp_packet(
    title: str, about: str, rights: str, record: dict[str, Any], source_type: str = DIGITAL_SOURCE_TYPE
) -> str:
    """Return a packet that says in IPTC's terms that a trained model made the file, with `record` as JSON inside."""

    def in_english(tag: str, words: str) -> str:
        return f'<{tag}><rdf:Alt><rdf:li xml:lang="x-default">{escape(words)}</rdf:li></rdf:Alt></{tag}>'

    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        ' xmlns:lesionlab="urn:lesionlab:record:1/">'
        f"{in_english('dc:title', title)}{in_english('dc:description', about)}{in_english('dc:rights', rights)}"
        f"<xmp:CreatorTool>{escape(str(record['software']))}</xmp:CreatorTool>"
        f"<Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>"
        f"{_OPEN}{escape(json.dumps(record, ensure_ascii=False))}{_CLOSE}"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )


def record_in_xmp(content: bytes) -> Any:
    """Return the record in the XMP packet of any file's bytes, or None where there is none that can be read."""
    start = content.find(_OPEN.encode())  # packets lie in files as plain text: no format needs to be known
    end = content.find(_CLOSE.encode(), max(start, 0), max(start, 0) + MAX_RECORD_BYTES)
    if start < 0 or end < 0:
        return None
    return record_from(unescape(content[start + len(_OPEN) : end].decode(errors="replace")))


def record_from(text: str) -> Any:
    """Return what a record's text says, strictly JSON; None where it is too long or says nothing."""
    if len(text) > MAX_RECORD_BYTES:
        return None
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        return None


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("JSON knows no such number.")
    return value
