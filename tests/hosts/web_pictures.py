"""Pictures for the sites on loopback: small, each different, and some that carry metadata or are traps."""

from __future__ import annotations

import io
import zlib
from functools import cache
from struct import pack

import numpy as np
from PIL import Image


@cache
def picture(seed: int, width: int = 40, height: int = 30, kind: str = "JPEG") -> bytes:
    """A picture's bytes, different for each seed."""
    noise = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
    image = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def with_xmp(content: bytes, inner: str) -> bytes:
    """The picture with an XMP packet that holds these attributes or elements."""
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" '
        f'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" {inner}/></rdf:RDF></x:xmpmeta>'
    )
    buffer = io.BytesIO()
    Image.open(io.BytesIO(content)).save(buffer, "JPEG", xmp=packet.encode())
    return buffer.getvalue()


def bomb_png(side: int = 20_000) -> bytes:
    """A small file that says it has 400 megapixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))

    head = pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (side + 1) * 10)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
