"""Image files that someone damaged or built with malice, each from its number alone."""

from __future__ import annotations

import functools
import io
import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

KINDS = ("JPEG", "PNG", "WEBP", "TIFF")
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
SIZES = (0, 1, 2, 255, 256, 4096, 7000, 7071, 16383, 32768, 65500, 65535, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
BYTES = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)

Mutator = Callable[[random.Random, bytes], bytes]


def mutated(number: int) -> bytes:
    """Return the file of a number: a sound picture with one to three things done to it."""
    dice = random.Random(number)
    content = dice.choice(sound(KINDS[number % len(KINDS)]))
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        content = dice.choice(MUTATORS)(dice, content)
    return content


@functools.cache
def sound(kind: str) -> tuple[bytes, ...]:
    """Return sound files of a format: its modes, compressions and extras, from 1 to 200 pixels a side."""
    return tuple(_file(image, kind, **options) for image in _pictures() for options in _options(kind, image))


def _pictures() -> list[Image.Image]:
    noise = np.random.default_rng(0).integers(0, 256, (150, 200, 4), np.uint8)
    smooth = Image.fromarray(noise).resize((64, 48)).resize((200, 150))
    modes = [smooth.convert(mode) for mode in ("RGB", "RGBA", "L", "P", "1", "LA", "CMYK")]
    wide = [Image.fromarray(noise[:40, :50, 0].astype(kind)) for kind in (np.uint16, np.int32, np.float32)]
    return [*modes, *wide, smooth.convert("RGB").crop((0, 0, 1, 1)), smooth.convert("RGB").crop((0, 0, 17, 90))]


def _options(kind: str, image: Image.Image) -> list[dict[str, object]]:
    mode, frames = image.mode, {"save_all": True, "append_images": [Image.new(image.mode, image.size)]}
    if kind == "JPEG":
        ways = [
            {},
            {"progressive": True},
            {"subsampling": 0, "quality": 95},
            {"exif": _exif()},
            {"restart_marker_rows": 1},
        ]
        return ways if mode in ("RGB", "L", "CMYK") else []  # type: ignore[return-value]
    if kind == "PNG":
        text = {"exif": _exif(), "icc_profile": b"profile" * 40}
        return [{}, text, frames] if mode not in ("CMYK", "I", "F") else []  # type: ignore[return-value]
    if kind == "WEBP":
        ways = [{}, {"lossless": True}, {"exif": _exif()}, frames]
        return ways if mode in ("RGB", "RGBA") else []  # type: ignore[return-value]
    packed: list[dict[str, object]] = [{"compression": name} for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits")]
    jpeg: list[dict[str, object]] = [{"compression": "jpeg"}] if mode in ("RGB", "L") else []
    fax: list[dict[str, object]] = [{"compression": "group4"}] if mode == "1" else []
    return [{}, *packed, *jpeg, *fax, {"exif": _exif()}]


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a lesion" * 20
    return exif.tobytes()


def _file(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _flip_bits(dice: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.choice((1, 4, 16, 64)) if changed else 0):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _set_bytes(dice: random.Random, content: bytes) -> bytes:
    """Set bytes, most of them in the head, to what is often an edge."""
    changed = bytearray(content)
    for _ in range(dice.randrange(1, 12) if changed else 0):
        changed[dice.randrange(min(len(changed), dice.choice((64, 512, len(changed)))))] = dice.choice(BYTES)
    return bytes(changed)


def _set_number(dice: random.Random, content: bytes) -> bytes:
    """Write a large or odd number of 2 or 4 bytes over a place in the head: lengths, counts, offsets, sides."""
    form = dice.choice(("<H", ">H", "<I", ">I"))
    size = struct.calcsize(form)
    place = dice.randrange(max(1, min(len(content) - size, 400)))
    return content[:place] + struct.pack(form, dice.choice(SIZES) % 256**size) + content[place + size :]


def _cut(dice: random.Random, content: bytes) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def _repeat_part(dice: random.Random, content: bytes) -> bytes:
    start = dice.randrange(len(content) + 1)
    part = content[start : start + dice.choice((1, 12, 100, 5000))]
    return content[:start] + part * dice.choice((2, 3, 1000)) + content[start + len(part) * dice.randrange(2) :]


def _leave_out_part(dice: random.Random, content: bytes) -> bytes:
    start = dice.randrange(len(content) + 1)
    return content[:start] + content[start + dice.choice((1, 4, 40, 400)) :]


def _two_files_in_one(dice: random.Random, content: bytes) -> bytes:
    other = dice.choice(
        (*sound(dice.choice(KINDS)), b"<html><script>1</script>", b"PK\x03\x04" + bytes(60), b"%PDF-1.7")
    )
    place = dice.choice((0, len(content), dice.randrange(len(content) + 1)))
    return content[:place] + other + content[place:]


def _other_head(dice: random.Random, content: bytes) -> bytes:
    head = dice.choice(
        (b"\xff\xd8\xff\xe0", PNG_HEAD, b"RIFF\xff\xff\xff\xffWEBPVP8X", b"II*\x00\x08\x00\x00\x00", b"GIF89a")
    )
    return head + content[dice.choice((0, len(head))) :]


def _sides(dice: random.Random, content: bytes) -> bytes:
    """Claim another width and height, with a sound checksum where there is one."""
    width, height = dice.choice(SIZES), dice.choice(SIZES)
    if content[:8] == PNG_HEAD and len(content) > 33:
        return PNG_HEAD + chunk(b"IHDR", struct.pack(">II", width, height) + content[24:29]) + content[33:]
    if content[:2] == b"\xff\xd8":
        place = max(content.find(b"\xff\xc0"), content.find(b"\xff\xc2"))
        return content[: place + 5] + struct.pack(">HH", height % 2**16, width % 2**16) + content[place + 9 :]
    if content[8:16] == b"WEBPVP8X":
        return content[:24] + struct.pack("<I", width)[:3] + struct.pack("<I", height)[:3] + content[30:]
    return _tiff_entry(dice, content)


def _tiff_entry(dice: random.Random, content: bytes) -> bytes:
    """Change tag, type, count or value of an entry of a TIFF's first directory."""
    order = "<" if content[:2] == b"II" else ">"
    if content[:2] not in (b"II", b"MM") or len(content) < 20:
        return _set_number(dice, content)
    directory = struct.unpack(order + "I", content[4:8])[0]
    entry = directory + 2 + 12 * dice.randrange(20)
    field, form = dice.choice(((0, "H"), (2, "H"), (4, "I"), (8, "I")))
    value = dice.choice(
        (*SIZES, 256, 257, 258, 259, 262, 273, 277, 278, 279, 317, 322, 323, 324, 325, 339, 34675, 50000)
    )
    size = struct.calcsize(form)
    return content[: entry + field] + struct.pack(order + form, value % 256**size) + content[entry + field + size :]


def _chunks(dice: random.Random, content: bytes) -> bytes:
    """Leave out, repeat, move or change a chunk of a PNG, with a sound checksum."""
    if content[:8] != PNG_HEAD:
        return _repeat_part(dice, content)
    found, place = [], 8
    while place + 12 <= len(content):
        length = struct.unpack(">I", content[place : place + 4])[0]
        found.append((content[place + 4 : place + 8], content[place + 8 : place + 8 + length]))
        place += 12 + length
    if not found:
        return content
    kind, body = found[dice.randrange(len(found))]
    extra = dice.choice(
        ((kind, body), (kind, _set_bytes(dice, body)), (b"tEXt", bytes(70_000)), (b"iCCP", b"a\0\0" + body))
    )
    found.insert(dice.randrange(len(found) + 1), extra)
    if dice.random() < 0.5:
        del found[dice.randrange(len(found))]
    return PNG_HEAD + b"".join(chunk(kind, body) for kind, body in found)


def _bomb(dice: random.Random, content: bytes) -> bytes:
    """Make another file of it: few bytes, and as many pixels as are let in, or far more."""
    width, height = dice.choice(((7000, 7000), (50_000_000, 1), (1, 50_000_000), (5000, 9999), (40_000, 40_000)))
    depth, colour, samples = dice.choice(((8, 2, 3), (8, 6, 4), (16, 0, 1), (16, 6, 4), (1, 0, 1), (8, 4, 2)))
    row = (width * depth * samples + 7) // 8 + 1
    packer = zlib.compressobj(1)
    rows = min(height, 2**28 // row)  # past that it is cut, as a bomb of 40,000 x 40,000 may be
    packed = (
        b"".join(packer.compress(bytes(row * min(64, rows - y))) for y in range(0, rows, 64)) if row < 2**22 else b""
    )
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, dice.randrange(2))
    return PNG_HEAD + chunk(b"IHDR", head) + chunk(b"IDAT", packed + packer.flush()) + chunk(b"IEND", b"")


def _exif_bomb(dice: random.Random, content: bytes) -> bytes:
    """Put EXIF into a JPEG that points at itself, or claims more than there is."""
    count = dice.choice((1, 500, 5000, 65535))
    entries = b"".join(
        struct.pack(
            "<HHII", dice.choice((0x0112, 0x8769, 0x8825, 0xA005, 0x010E)), dice.randrange(14), dice.choice(SIZES), 8
        )
        for _ in range(min(count, 5000))
    )
    body = (
        b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", count) + entries + struct.pack("<I", dice.choice((0, 8, 2**31)))
    )
    return content[:2] + b"\xff\xe1" + struct.pack(">H", min(65535, len(body) + 2)) + body[:65533] + content[2:]


def _many_parts(dice: random.Random, content: bytes) -> bytes:
    """Fill a file with empty parts, or a progressive JPEG with scans."""
    count = dice.choice((100, 10_000, 300_000))
    if content[:8] == PNG_HEAD:
        return content[:33] + chunk(b"abCd", b"") * count + content[33:]
    start, *scans = content.split(b"\xff\xda")
    if content[:2] == b"\xff\xd8" and scans and dice.random() < 0.5:
        return b"\xff\xda".join([start, *scans, *[scans[-1].removesuffix(b"\xff\xd9")] * (count // 100)])
    return content[:2] + dice.choice((b"\xff", b"\xff\xe5\0\x02", b"\0")) * count + content[2:]


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a PNG chunk with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


COMMON: tuple[Mutator, ...] = (
    _flip_bits, _set_bytes, _set_number, _cut, _repeat_part, _leave_out_part, _sides, _tiff_entry, _chunks
)  # fmt: skip
RARE: tuple[Mutator, ...] = (_two_files_in_one, _other_head, _exif_bomb)
DEAR: tuple[Mutator, ...] = (_bomb, _many_parts)
MUTATORS = (*COMMON * 60, *RARE * 20, *DEAR)
