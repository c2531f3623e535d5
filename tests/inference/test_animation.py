from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from lesionlab.core.errors import ImageError, InputError, TooLargeError
from lesionlab.core.png import encode_png
from lesionlab.core.synthetic_mark import DIGITAL_SOURCE_TYPE, says_synthetic
from lesionlab.data.procedural import procedural_lesion
from lesionlab.inference import animation
from lesionlab.inference.animation import (
    decode_animation,
    encode_animation,
    format_of,
    make_walk,
    walk_frames,
)
from lesionlab.inference.provenance import read_provenance
from lesionlab.inference.recipe import KeptLatent, Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.inference.walk import Walk, walk_from

WALK = Walk((Recipe(1, "mel"), Recipe(2, "nv"), Recipe(3, "nv")), frames_per_leg=6, zoom=3)
BOTH = pytest.mark.parametrize("form", ["WEBP", "GIF"])


@pytest.fixture
def sampler(make_generator) -> Sampler:
    return Sampler(make_generator())


def _lesions(count: int = 6, size_px: int = 48) -> list[np.ndarray]:
    """Frames of more than 256 colours each."""
    return [procedural_lesion("mel", seed, size_px) for seed in range(count)]


def test_stops_are_the_images_of_their_seeds(sampler):
    frames = walk_frames(sampler, WALK)
    assert len(frames) == WALK.frame_count == 18
    np.testing.assert_array_equal(frames[::6], sampler.sample(WALK.stops))


def test_neighbouring_frames_are_nearer_than_stops(sampler):
    frames = np.stack(walk_frames(sampler, WALK)).astype(float)
    steps = [np.abs(frames[i + 1] - frames[i]).mean() for i in range(6)]
    assert 0 < max(steps) < np.abs(frames[6] - frames[0]).mean() / 3


def test_each_frame_is_reported(sampler):
    told = []
    walk_frames(sampler, WALK, lambda done, total, **_: told.append((done, total)))
    assert told == [(16, 18), (18, 18)]


@pytest.mark.parametrize(
    ("stop", "told"), [(Recipe(0, "mell"), "Unknown diagnosis"), (KeptLatent((0.0,), "nv"), "1 values")]
)
def test_a_stop_that_the_generator_cannot_follow_is_refused_before_it_walks(sampler, stop, told):
    reported = []
    with pytest.raises(InputError, match=told):
        walk_frames(sampler, Walk((Recipe(1, "mel"), stop), 900), lambda *done, **_: reported.append(done))
    assert reported == []


def test_webp_keeps_every_pixel():
    frames = _lesions()
    walk = Walk((Recipe(0, "mel"), Recipe(1, "mel")), 3, zoom=2)
    for frame, shown in zip(frames, decode_animation(encode_animation(frames, walk, "WEBP")), strict=True):
        np.testing.assert_array_equal(shown, frame.repeat(2, axis=0).repeat(2, axis=1))


def test_gif_keeps_the_look():
    frames = _lesions()
    shown = decode_animation(encode_animation(frames, WALK, "GIF"))
    assert len(shown) == len(frames)
    for frame, small in zip(frames, shown, strict=True):
        gap = np.abs(small[::3, ::3].astype(int) - frame)
        assert 0 < gap.mean() < 2.5


@BOTH
@pytest.mark.parametrize("loops", [True, False])
def test_pace_and_turns_are_those_asked_for(form, loops):
    walk = Walk(WALK.stops, 2, loops, frame_ms=40)
    with Image.open(io.BytesIO(encode_animation(_lesions(), walk, form))) as image:
        # A GIF without the word for loops is shown once; in a WebP 0 is for ever.
        assert image.info.get("loop") == ({"WEBP": 0, "GIF": 0} if loops else {"WEBP": 1, "GIF": None})[form]
        image.seek(1)
        image.load()
        assert image.info["duration"] == 40


@BOTH
def test_the_record_holds_the_walk_and_its_generator(sampler, form):
    content = make_walk(sampler, WALK, form)
    record = read_provenance(content)
    assert record is not None
    assert walk_from(record["walk"]) == WALK
    assert record["model_sha256"] == sampler.card.weights_sha256
    assert record["synthetic"] is True
    assert says_synthetic(content)
    assert format_of(content) == form
    assert len(decode_animation(content)) == 18


@BOTH
def test_the_packet_is_xml_that_tells_what_made_it(sampler, form):
    text = make_walk(sampler, WALK, form).decode("utf-8", "replace")
    packet = ElementTree.fromstring(text[text.index("<x:xmpmeta") : text.rindex("<?xpacket")])
    (found,) = packet.iter("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType")
    assert found.text == DIGITAL_SOURCE_TYPE
    (title,) = packet.iter("{http://purl.org/dc/elements/1.1/}title")
    words = "18 synthetic dermoscopic images, a walk through latent space: Melanoma, Melanocytic nevus"
    assert "".join(title.itertext()) == words


def test_readers_of_webp_find_the_packet_in_its_chunk(sampler):
    with Image.open(io.BytesIO(make_walk(sampler, WALK, "WEBP"))) as image:
        assert DIGITAL_SOURCE_TYPE.encode() in image.info["xmp"]


def test_readers_that_know_sub_blocks_alone_pass_over_the_packet_in_a_gif(sampler):
    content = make_walk(sampler, WALK, "GIF")
    at = content.index(b"XMP DataXMP") + 11
    while content[at]:
        at += 1 + content[at]
    assert content[at:] == b"\x00;"


@BOTH
def test_the_same_walk_gives_the_same_bytes(sampler, form):
    assert make_walk(sampler, WALK, form) == make_walk(sampler, WALK, form)


@BOTH
def test_a_file_cut_anywhere_is_an_error_or_fewer_frames(form):
    whole = encode_animation(_lesions(4, 16), WALK, form, "<x/>")
    counts = []
    for length in range(0, len(whole), 61):
        try:
            counts.append(len(decode_animation(whole[:length])))
        except ImageError:
            counts.append(0)
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert len(decode_animation(whole)) == 4


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"RIFF\x10\0\0\0WEBP", b"text"])
def test_what_is_no_animation_is_refused(content):
    with pytest.raises(ImageError):
        decode_animation(content)


def test_other_formats_are_no_animations():
    content = encode_png(np.zeros((4, 4, 3), np.uint8))
    assert format_of(content) is None
    with pytest.raises(ImageError):
        decode_animation(content)


@BOTH
def test_more_frames_than_a_walk_has_are_not_decoded(form, monkeypatch):
    content = encode_animation(_lesions(6, 16), WALK, form)
    monkeypatch.setattr(animation, "MAX_FRAMES", 5)
    with pytest.raises(TooLargeError, match="more frames or pixels"):
        decode_animation(content)


@BOTH
def test_more_pixels_than_a_walk_has_are_not_decoded(form, monkeypatch):
    content = encode_animation(_lesions(6, 16), WALK, form)
    monkeypatch.setattr(animation, "MAX_PIXELS", 6 * 48**2 - 1)
    with pytest.raises(TooLargeError, match="more frames or pixels"):
        decode_animation(content)
    monkeypatch.setattr(animation, "MAX_PIXELS", 6 * 48**2)
    assert len(decode_animation(content)) == 6


def test_more_bytes_than_a_walk_has_are_not_opened(monkeypatch):
    monkeypatch.setattr(animation, "MAX_BYTES", 3)
    with pytest.raises(TooLargeError):
        decode_animation(b"GIF8")


@pytest.mark.parametrize("side", [7_100, 9_000, 13_000, 65_535])
def test_a_gif_whose_second_frame_is_huge_is_refused_before_it_is_decoded(side):
    """The screen is small, and Pillow lets a frame reach beyond it."""
    dot = b"\x02\x02\x44\x01\x00"  # one pixel, compressed
    image = b",\0\0\0\0" + side.to_bytes(2, "little") * 2 + b"\0" + dot
    content = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0" + dot + image + b";"
    with pytest.raises(TooLargeError, match="more frames or pixels"):
        decode_animation(content)


@BOTH
def test_frames_that_are_alike_are_merged_in_the_same_way_each_time(form):
    frames = [frame for frame in _lesions(3, 16) for _ in range(2)]
    once = decode_animation(encode_animation(frames, WALK, form))
    assert len(once) == 3
    np.testing.assert_array_equal(once, decode_animation(encode_animation(frames, WALK, form)))
