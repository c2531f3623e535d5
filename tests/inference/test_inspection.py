from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from lesionlab.core.errors import ImageError, LesionLabError, ModelError
from lesionlab.core.home import models_folder
from lesionlab.core.imaging import decode, sheet
from lesionlab.core.png import encode_png
from lesionlab.core.synthetic_mark import DIGITAL_SOURCE_TYPE
from lesionlab.inference.animation import encode_animation, make_walk, walk_frames
from lesionlab.inference.catalogue import generator_folder
from lesionlab.inference.inspection import Finding, Inspector
from lesionlab.inference.provenance import (
    RECORD_KEY,
    XMP_KEY,
    made_by,
    pixels_sha256,
    read_provenance,
    synthetic_png,
    synthetic_sheet_png,
    xmp_of,
)
from lesionlab.inference.recipe import Between, KeptLatent, Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.inference.walk import Walk
from lesionlab.inference.xmp import xmp_packet

MEL = Recipe(5, "mel")
WALK = Walk((MEL, Recipe(6, "nv")), 4, zoom=2)


@pytest.fixture
def sampler(make_generator) -> Sampler:
    return Sampler(make_generator())


@pytest.fixture
def inspector(sampler: Sampler) -> Inspector:
    return Inspector([sampler.folder])


def _png(sampler: Sampler, pixels: np.ndarray | None = None, **changes: Any) -> bytes:
    """An image of ours, or other pixels with the record of one; `changes` go into the record."""
    if pixels is None:
        pixels = sampler.sample([MEL])[0]
    record = (read_provenance(synthetic_png(pixels, sampler.card, MEL)) or {}) | changes
    return encode_png(pixels, {RECORD_KEY: json.dumps(record)})


def _verdict(finding: Finding) -> tuple[str, str]:
    return finding.verdict, finding.because


@pytest.mark.parametrize(
    "recipe", [MEL, Recipe(0, "nv", 0.5), KeptLatent((0.5,) * 32, "df"), Between(MEL, Recipe(1, "nv"), 0.3)]
)
def test_an_image_of_ours_is_ours(sampler, inspector, recipe):
    finding = inspector.inspect(synthetic_png(sampler.sample([recipe])[0], sampler.card, recipe))
    assert _verdict(finding) == ("ours", "made again exactly")
    assert (finding.largest_difference, finding.differing, finding.notes) == (0, 0, ())


def test_a_sheet_of_ours_is_ours(sampler, inspector):
    recipes = [Recipe(n, "nv") for n in range(5)]
    images = list(sampler.sample(recipes))
    content = synthetic_sheet_png(sheet([images[:3], images[3:]]), sampler.card, recipes)
    assert _verdict(inspector.inspect(content)) == ("ours", "made again exactly")


@pytest.mark.parametrize("form", ["WEBP", "GIF"])
def test_a_walk_of_ours_is_ours(sampler, inspector, form):
    assert _verdict(inspector.inspect(make_walk(sampler, WALK, form))) == ("ours", "made again exactly")


def test_the_same_pixels_in_another_format_are_ours(sampler, inspector):
    content = synthetic_png(sampler.sample([MEL])[0], sampler.card, MEL)
    with Image.open(io.BytesIO(content)) as image:
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", lossless=True, xmp=image.info[XMP_KEY].encode())
    assert _verdict(inspector.inspect(buffer.getvalue())) == ("ours", "made again exactly")


def _elsewhere(pixels: np.ndarray, levels: int) -> np.ndarray:
    """What another machine could make: some values a few levels up or down."""
    rng = np.random.default_rng(0)
    shift = rng.integers(-levels, levels + 1, pixels.shape) * (rng.random(pixels.shape) < 0.2)
    return np.clip(pixels.astype(int) + shift, 0, 255).astype(np.uint8)


def test_an_image_made_on_another_machine_is_ours_within_two_levels(sampler, inspector):
    content = _png(sampler, _elsewhere(sampler.sample([MEL])[0], 2))
    finding = inspector.inspect(content)
    assert _verdict(finding) == ("ours", "made again within 2/255")
    assert finding.largest_difference == 2
    assert 0 < (finding.differing or 0) < 0.2
    assert "as between two machines" in finding.reason


def test_three_levels_are_another_image(sampler, inspector):
    finding = inspector.inspect(_png(sampler, _elsewhere(sampler.sample([MEL])[0], 3)))
    assert _verdict(finding) == ("not ours", "pixels changed")
    assert finding.largest_difference == 3


def test_one_value_changed_after_it_was_written_is_found(sampler, inspector):
    pixels = sampler.sample([MEL])[0]
    digest = pixels_sha256(pixels)
    pixels[3, 4, 1] ^= 1
    finding = inspector.inspect(_png(sampler, pixels, pixels_sha256=digest))
    assert _verdict(finding) == ("not ours", "pixels changed")
    assert finding.largest_difference == 1


def test_a_record_moved_to_other_pixels_is_found(sampler, inspector):
    other = sampler.sample([Recipe(8, "mel")])[0]
    finding = inspector.inspect(_png(sampler, other))
    assert _verdict(finding) == ("not ours", "pixels changed")
    assert "the record moved" in finding.reason


@pytest.mark.parametrize("form", ["WEBP", "GIF"])
def test_a_walk_with_the_record_of_another_is_found(sampler, inspector, form):
    other = Walk((Recipe(7, "df"), MEL), 4, zoom=2)
    record = made_by(sampler.card) | {"walk": other.plain()}
    content = encode_animation(walk_frames(sampler, WALK), WALK, form, xmp_of(sampler.card, "", record))
    assert _verdict(inspector.inspect(content)) == ("not ours", "pixels changed")


@pytest.mark.parametrize("form", ["WEBP", "GIF"])
def test_a_walk_without_its_second_half_is_found(sampler, inspector, form):
    record = made_by(sampler.card) | {"walk": WALK.plain()}
    content = encode_animation(walk_frames(sampler, WALK)[:4], WALK, form, xmp_of(sampler.card, "", record))
    finding = inspector.inspect(content)
    assert _verdict(finding) == ("not ours", "pixels changed")
    assert "16 x 16 pixels in 8 frames of its recipe, and the file holds 16 x 16 pixels in 4 frames" in finding.reason


def test_a_gif_made_on_another_machine_proves_neither():
    """Its 256 colours are chosen anew there, so that a value may be many levels away; a WebP's cannot."""
    sampler, walk = Sampler(generator_folder()), Walk((MEL, Recipe(6, "nv")), 2)
    frames = [_elsewhere(frame, 2) for frame in walk_frames(sampler, walk)]
    xmp = xmp_of(sampler.card, "", made_by(sampler.card) | {"walk": walk.plain()})
    gif = Inspector().inspect(encode_animation(frames, walk, "GIF", xmp))
    assert _verdict(gif) == ("unknown", "alike in 256 colours")
    assert (gif.largest_difference or 0) > 2
    webp = Inspector().inspect(encode_animation(frames, walk, "WEBP", xmp))
    assert _verdict(webp) == ("ours", "made again within 2/255")


def test_a_cropped_copy_with_its_record_is_found(sampler, inspector):
    finding = inspector.inspect(_png(sampler, np.ascontiguousarray(sampler.sample([MEL])[0][1:, 1:])))
    assert _verdict(finding) == ("not ours", "pixels changed")
    assert "makes 8 x 8 pixels of its recipe, and the file holds 7 x 7 pixels" in finding.reason


@pytest.mark.parametrize("changes", [{"seed": -1}, {"seed": None}, {"diagnosis": "mell"}, {"latent": "AAAA"}])
def test_a_recipe_that_nothing_could_follow_is_not_ours(sampler, inspector, changes):
    assert _verdict(inspector.inspect(_png(sampler, **changes))) == ("not ours", "recipe not followed")


def test_a_model_that_is_not_here_is_unknown(sampler, inspector):
    finding = inspector.inspect(_png(sampler, model_sha256="ab" * 32))
    assert _verdict(finding) == ("unknown", "model not here")
    assert finding.reason == "Its record names generator abababababab, which is none of the 2 here."


def test_a_record_without_a_model_is_unknown(inspector):
    content = encode_png(np.zeros((8, 8, 3), np.uint8), {RECORD_KEY: '{"synthetic": "in part"}'})
    finding = inspector.inspect(content)
    assert _verdict(finding) == ("unknown", "model not here")
    assert finding.reason == "Its record names no generator."


def test_models_are_sought_where_they_lie(sampler, make_generator, home):
    content = _png(sampler)
    assert _verdict(Inspector().inspect(content)) == ("unknown", "model not here")
    models_folder().mkdir(parents=True)
    sampler.folder.rename(models_folder() / "mine")
    assert _verdict(Inspector().inspect(content)) == ("ours", "made again exactly")


def test_a_damaged_model_is_unknown(sampler):
    content = _png(sampler)
    weights = sampler.folder / "model.onnx"
    weights.write_bytes(weights.read_bytes()[:-1])
    finding = Inspector([sampler.folder]).inspect(content)
    assert _verdict(finding) == ("unknown", "model damaged")
    assert "SHA-256" in finding.reason


def test_a_folder_that_holds_no_generator_is_refused(make_classifier, tmp_path: Path):
    with pytest.raises(ModelError, match="not a generator"):
        Inspector([make_classifier()])
    with pytest.raises(ModelError):
        Inspector([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("height", "width", "verdict", "because"),
    [
        (8, 8, "unknown", "size of a model here"),
        (12, 32, "unknown", "size of a model here"),  # a sheet of 1 x 3
        (24, 24, "unknown", "size of a model here"),  # a frame of a walk
        (30, 40, "not ours", "no record"),
    ],
)
def test_without_a_record_the_size_decides_between_not_ours_and_unknown(inspector, height, width, verdict, because):
    content = encode_png(np.full((height, width, 3), 90, np.uint8))
    assert _verdict(inspector.inspect(content)) == (verdict, because)


def test_another_s_mark_of_synthetic_media_is_unknown(inspector):
    content = encode_png(np.zeros((30, 40, 3), np.uint8), {XMP_KEY: f"<x>{DIGITAL_SOURCE_TYPE}</x>"})
    assert _verdict(inspector.inspect(content)) == ("unknown", "mark without record")


def test_false_words_in_the_record_of_our_pixels_are_noted(sampler, inspector):
    finding = inspector.inspect(_png(sampler, licence="CC0", synthetic=False, software="LesionLab 0.0.1"))
    assert finding.verdict == "ours"
    assert finding.notes == (
        "Its record's synthetic is not that of the model's card.",
        "Its record's licence is not that of the model's card.",
    )


@pytest.mark.parametrize(
    "content", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"<lesionlab:Record>{}</lesionlab:Record>"]
)
def test_what_is_no_image_is_refused(inspector, content):
    with pytest.raises(ImageError):
        inspector.inspect(content)


# Training, in another test, has this process flush subnormal numbers to zero.
FLOATS = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3000) | FLOATS | st.sampled_from(["", "nv", "mel", "AACAPw=="]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["seed", "diagnosis", "between", "position", "stops", "loops"]), inner)
    ),
    max_leaves=8,
)
KEYS = ("seed", "diagnosis", "truncation", "latent", "between", "position", "recipes", "walk", "pixels_sha256", "model")
WALKS = st.fixed_dictionaries(
    {
        "stops": JSON | st.just(WALK.plain()["stops"]),
        "loops": JSON,
        "frames_per_leg": JSON,
        "frame_ms": JSON,
        "zoom": JSON,
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(KEYS), JSON), WALKS | st.none(), st.booleans())
@example({"recipes": 5, "seed": 1, "diagnosis": "nv"}, None, False)
@example({"recipes": [[], [1], [1, "nv", 3], None]}, None, False)
@example({"seed": 10**4000, "diagnosis": "nv"}, None, False)
@example({"seed": 1, "diagnosis": "\x1b[2J" * 9}, None, False)
@example({}, {"stops": [], "loops": True, "frames_per_leg": 10**4000, "frame_ms": 50, "zoom": 1}, True)
def test_a_record_may_say_anything(sampler, inspector, record, walk, animated):
    """It is what a file says: it may lead to any verdict but "ours", and to nothing worse."""
    told = made_by(sampler.card) | record | ({} if walk is None else {"walk": walk})
    pixels = [np.full((8, 8, 3), level, np.uint8) for level in (10, 200)]
    if animated:
        content = encode_animation(pixels, WALK, "GIF", xmp_packet("", "", "", told))
    else:
        content = encode_png(pixels[0], {RECORD_KEY: json.dumps(told)})
    finding = inspector.inspect(content)
    assert finding.verdict in ("not ours", "unknown")
    assert finding.record == json.loads(json.dumps(told))


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_bytes_turned_over_in_a_file_of_ours_never_end_in_a_crash(sampler, inspector, form):
    whole = _png(sampler) if form == "PNG" else make_walk(sampler, WALK, form)
    rng = np.random.default_rng(0)
    for _ in range(40):
        content = bytearray(whole)
        for at in rng.integers(0, len(whole), 3):
            content[at] ^= 1 << int(rng.integers(0, 8))
        try:
            finding = inspector.inspect(bytes(content))
        except LesionLabError:
            continue
        changed = [frame.tobytes() for frame in (decode(bytes(content)), decode(whole))]
        assert finding.verdict != "ours" or changed[0] == changed[1]


def test_a_record_that_never_ends_is_passed_over_at_once(inspector):
    """Each opening searched to the end of the file would take minutes."""
    image = encode_png(np.zeros((30, 40, 3), np.uint8))
    assert _verdict(inspector.inspect(image + b"<lesionlab:Record>" * 500_000)) == ("not ours", "no record")


def test_a_record_too_large_to_parse_is_passed_over(inspector):
    image, record = np.zeros((30, 40, 3), np.uint8), "[" + "[]," * 1_400_000 + "[]]"
    assert read_provenance(encode_png(image, {RECORD_KEY: record})) is None
    content = encode_png(image) + f"<lesionlab:Record>{record}</lesionlab:Record>".encode()
    assert _verdict(inspector.inspect(content)) == ("not ours", "no record")
