from __future__ import annotations

import io

import imagehash
import numpy as np
import pytest
from PIL import Image

from lesionlab.core.picture_hash import bits, distance, frequencies, orientation_hashes, oriented, picture_hash
from lesionlab.data.procedural import procedural_lesion


@pytest.fixture(scope="module")
def lesions() -> list[np.ndarray]:
    return [procedural_lesion(code, seed, 128) for seed, code in enumerate(("nv", "mel", "bcc", "vasc"))]


def test_it_is_the_hash_of_imagehash(lesions):
    for lesion in lesions:
        # That library's reduction is Lanczos; given the reduced square, both must agree in every bit.
        square = Image.fromarray(lesion).resize((32, 32), Image.Resampling.BICUBIC)
        theirs = np.packbits(imagehash.phash(square).hash.ravel()).view(">u8")[0]
        assert picture_hash(np.asarray(square)) == int(theirs)


def test_orientations_are_those_of_the_turned_picture(lesions):
    for lesion in lesions:
        turned = [np.rot90(flipped, turns) for flipped in (lesion, lesion[:, ::-1]) for turns in range(4)]
        direct = {tuple(np.round(frequencies(np.ascontiguousarray(t)), 3).ravel()) for t in turned}
        derived = {tuple(np.round(f, 3).ravel()) for f in oriented(frequencies(lesion))}
        assert len(derived) == 8
        # Greys are rounded after turning alike, so the sets agree to rounding.
        near = [min(max(abs(np.array(d) - np.array(e))) for e in direct) for d in derived]
        assert max(near) < 50


def test_scaling_and_encoding_leave_it_nearly_unchanged(lesions):
    for lesion in lesions:
        buffer = io.BytesIO()
        Image.fromarray(lesion).resize((90, 90)).save(buffer, "JPEG", quality=60)
        again = np.asarray(Image.open(buffer).convert("RGB"))
        assert distance(picture_hash(lesion), picture_hash(again)) <= 6


def test_other_pictures_differ(lesions):
    first = picture_hash(lesions[0])
    assert min(int(distance(first, picture_hash(other))) for other in lesions[1:]) > 6


def test_eight_hashes_the_first_as_it_lies(lesions):
    hashes = orientation_hashes(lesions[0])
    assert hashes.shape == (8,)
    assert hashes.dtype == np.uint64
    assert int(hashes[0]) == picture_hash(lesions[0])


def test_bits_of_a_batch_are_those_of_each(lesions):
    stacked = np.stack([frequencies(lesion) for lesion in lesions])
    assert list(bits(stacked)) == [picture_hash(lesion) for lesion in lesions]
    assert distance(0, 2**64 - 1) == 64
