import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from lesionlab.core import imaging
from lesionlab.core.errors import ImageError, LesionLabError, TooLargeError
from lesionlab.core.imaging import (
    MAX_BYTES,
    decode,
    decode_for_model,
    encode_webp,
    read,
    read_for_model,
    sheet,
    square,
    squares_for_models,
)


def _image(width: int = 40, height: int = 30) -> Image.Image:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, :, 0] = np.linspace(0, 255, width)
    pixels[: height // 2, :, 1] = 255
    return Image.fromarray(pixels)


def _bytes(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "BMP"])
def test_common_formats_decode_to_rgb(kind):
    pixels = decode(_bytes(_image(), kind))
    assert pixels.shape == (30, 40, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - np.asarray(_image())).mean() < 12


def test_transparent_pixels_lie_on_white():
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert (decode(_bytes(clear, "PNG")) == 255).all()
    palette = Image.new("P", (4, 4), 0)
    assert (decode(_bytes(palette, "PNG", transparency=0)) == 255).all()


def test_cmyk_and_grey_become_rgb():
    assert decode(_bytes(_image().convert("CMYK"), "JPEG")).shape == (30, 40, 3)
    grey = decode(_bytes(_image().convert("L"), "PNG"))
    assert np.array_equal(grey[:, :, 0], grey[:, :, 2])


def test_sixteen_bits_are_scaled_and_not_cut_off():
    values = np.linspace(0, 65535, 16, dtype=np.uint16).reshape(4, 4)
    pixels = decode(_bytes(Image.fromarray(values), "PNG"))
    assert pixels[0, 0, 0] == 0
    assert pixels[3, 3, 0] == 255
    assert abs(int(pixels[2, 0, 0]) - 136) <= 1


def test_exif_turns_the_image():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    turned = decode(_bytes(_image(), "JPEG", exif=exif, quality=95))
    assert turned.shape == (40, 30, 3)
    assert np.abs(turned.astype(int) - np.asarray(_image().rotate(-90, expand=True))).mean() < 8


def test_an_animation_gives_its_first_frame():
    frames = [Image.new("RGB", (6, 6), colour) for colour in ("red", "blue")]
    content = _bytes(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decode(content)[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "0 bytes"),
        (b"this is no image at all", "not an image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not an image"),
        (_bytes(_image(), "JPEG")[:300], "damaged"),
        (_bytes(_image(), "PNG")[:80], "damaged"),
    ],
)
def test_what_is_no_image_gets_one_cause_and_one_cure(content, words):
    with pytest.raises(ImageError, match=words) as caught:
        decode(content)
    assert caught.value.cure.startswith("Use a JPEG")


def test_a_bomb_is_refused_from_its_header():
    bomb = io.BytesIO()
    Image.new("1", (40_000, 40_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 2**20
    with pytest.raises(TooLargeError):
        decode(bomb.getvalue())
    with pytest.raises(TooLargeError, match="8,000 x 8,000"):
        decode(_bytes(Image.new("1", (8000, 8000)), "PNG"))
    with pytest.raises(TooLargeError, match="70,000 x 1 ") as caught:
        decode(_bytes(Image.new("1", (70_000, 1)), "PNG"))
    assert "65,535" in caught.value.cure


def test_millions_of_empty_parts_are_not_read_to_their_end(monkeypatch):
    content = _bytes(_image(), "PNG")
    empty = struct.pack(">I", 0) + b"abCd" + struct.pack(">I", zlib.crc32(b"abCd"))
    many = content[:33] + 300 * empty + content[33:]
    assert np.array_equal(decode(many), decode(content))
    monkeypatch.setattr(imaging, "MAX_READS", 300)
    with pytest.raises(ImageError, match="too many parts"):
        decode(many)
    padded = _bytes(_image(), "JPEG")
    with pytest.raises(ImageError, match="too many parts"):
        decode(padded[:2] + b"\xff" * 400 + padded[2:])


def test_a_jpeg_of_endless_scans_is_refused():
    start, *scans = _bytes(_image(), "JPEG", progressive=True).split(b"\xff\xda")
    again = scans[-1].removesuffix(b"\xff\xd9")
    few, many = (b"\xff\xda".join([start, *scans[:-1], *[again] * n]) + b"\xff\xd9" for n in (20, 80))
    assert decode(few).shape == (30, 40, 3)
    with pytest.raises(ImageError, match="more than 64 scans"):
        decode(many)


def test_too_many_bytes_are_refused_unread(tmp_path):
    with pytest.raises(TooLargeError, match="MB"):
        decode(b"\xff" * (MAX_BYTES + 1))
    (tmp_path / "large.jpg").write_bytes(b"\xff" * (MAX_BYTES + 1))
    with pytest.raises(TooLargeError, match=r"large\.jpg"):
        read(tmp_path / "large.jpg")


@pytest.mark.parametrize("seed", range(40))
def test_mutated_files_never_end_in_another_error(seed):
    random = np.random.default_rng(seed)
    kind = ["JPEG", "PNG", "WEBP", "TIFF"][seed % 4]
    content = bytearray(_bytes(_image(), kind))
    for place in random.integers(0, len(content), 12):
        content[place] = random.integers(0, 256)
    with contextlib.suppress(LesionLabError):
        assert decode(bytes(content)).dtype == np.uint8


def test_square_keeps_the_centre_and_the_aspect():
    pixels = np.zeros((10, 30, 3), np.uint8)
    pixels[:, 10:20] = 200
    assert (square(pixels, 8) == 200).all()
    assert square(pixels, 64).shape == (64, 64, 3)


def test_a_reduced_decode_is_large_enough_and_alike():
    big = _bytes(_image(800, 600), "JPEG", quality=95)
    small = decode(big, at_least_px=128)
    assert 128 <= min(small.shape[:2]) < 600
    assert np.abs(square(small, 64).astype(int) - square(decode(big), 64)).mean() < 3


@pytest.mark.parametrize(
    ("size", "seen"), [((600, 450), (225, 300)), ((200, 150), (150, 200)), ((4000, 3000), (375, 500))]
)
def test_a_model_sees_a_jpeg_no_finer_than_it_needs(size: tuple[int, int], seen: tuple[int, int], tmp_path):
    content = _bytes(_image(*size), "JPEG", quality=95)
    assert decode_for_model(content).shape[:2] == seen
    (tmp_path / "a.jpg").write_bytes(content)
    assert np.array_equal(read_for_model(tmp_path / "a.jpg"), decode_for_model(content))
    assert decode_for_model(_bytes(_image(*size), "PNG")).shape[1::-1] == size


def test_a_model_of_more_pixels_sees_a_jpeg_finer_and_the_others_see_what_they_saw():
    content = _bytes(_image(600, 450), "JPEG", quality=95)
    assert decode_for_model(content, 128).shape[:2] == (225, 300)
    assert decode_for_model(content, 256).shape[:2] == (450, 600)
    both = squares_for_models(content, (256, 64))
    assert np.array_equal(both[64], squares_for_models(content, (64,))[64])
    assert np.array_equal(both[64], square(decode_for_model(content), 64))
    assert np.array_equal(both[256], square(decode(content), 256))
    assert squares_for_models(content, ()) == {}
    with pytest.raises(ImageError):
        squares_for_models(content[:300], ())


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK"])
@pytest.mark.parametrize("turned", [1, 6])
def test_squares_of_a_file_are_those_of_its_pixels(mode: str, turned: int):
    exif = Image.Exif()
    exif[0x0112] = turned
    content = _bytes(_image(301, 226).convert(mode), "TIFF", exif=exif)
    assert np.array_equal(squares_for_models(content, (64,))[64], square(decode(content), 64))


def test_webp_keeps_pixels_nearly():
    pixels = np.asarray(_image())
    assert np.abs(decode(encode_webp(pixels)).astype(int) - pixels).mean() < 6


def test_a_sheet_holds_every_tile_where_it_belongs():
    tiles = [[np.full((4, 4, 3), 10 * (3 * y + x), np.uint8) for x in range(3)] for y in range(2)]
    laid = sheet(tiles, gap_px=1)
    assert laid.shape == (11, 16, 3)
    assert (laid[6:10, 11:15] == 50).all()
    assert (laid[5] == 255).all()
