"""Many synthetic images in one WebP that says inside that it is synthetic."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from PIL import Image

from lesionlab.core import imaging
from lesionlab.core.imaging import Pixels
from lesionlab.core.synthetic_mark import DIGITAL_SOURCE_TYPE
from lesionlab.records.card import ModelCard


@dataclass(frozen=True)
class Corner:
    """Where an image lies in a sprite: its upper left corner in pixels."""

    left: int
    top: int


def corner(number: int, columns: int, size_px: int) -> Corner:
    """Return where image `number` lies, counted row by row."""
    return Corner(number % columns * size_px, number // columns * size_px)


def sprite_webp(images: Sequence[Pixels], columns: int, card: ModelCard) -> bytes:
    """Return images, uint8 [S, S, 3] each, row by row in one lossy WebP, with marks of what made them."""
    rows = [list(images[start : start + columns]) for start in range(0, len(images), columns)]
    buffer = io.BytesIO()
    sheet = Image.fromarray(imaging.sheet(rows, gap_px=0))
    sheet.save(buffer, "WEBP", quality=88, method=4, xmp=_marks(card).encode())
    return buffer.getvalue()


def _marks(card: ModelCard) -> str:
    rights = escape(f"{card.licence}. {card.attribution} {card.notice}")
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f'<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></dc:rights>'
        f"<Iptc4xmpExt:DigitalSourceType>{DIGITAL_SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
