from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.errors import ImageError, ModelError, TooLargeError
from lesionlab.core.imaging import MAX_BYTES, read_for_model
from lesionlab.core.png import encode_png
from lesionlab.inference.averaging import predict_averaged
from lesionlab.inference.prediction_stream import FILES_AT_ONCE, Asking, predict_files
from lesionlab.inference.predictor import Predictor


def picture(number: int, side: int = 12) -> bytes:
    return encode_png(np.random.default_rng(number).integers(0, 256, (side, side + 4, 3), np.uint8))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """More images than two workers have ahead."""
    paths = [tmp_path / f"{i:03d}.png" for i in range(5 * FILES_AT_ONCE + 3)]
    for i, path in enumerate(paths):
        path.write_bytes(picture(i))
    return paths


@pytest.mark.parametrize("workers", [1, 3])
def test_each_file_gets_the_prediction_of_its_own_image_in_order(make_classifier, files, workers):
    predictor = Predictor(make_classifier())
    answers = list(predict_files(Asking(predictor), files, workers))
    assert [answer.path for answer in answers] == files
    for answer in answers[:: FILES_AT_ONCE - 1]:
        (expected,) = predictor.predict([read_for_model(answer.path)])
        assert answer.prediction is not None
        np.testing.assert_allclose(answer.prediction.probabilities, expected.probabilities, atol=1e-6)
        assert answer.sha256 == hashlib.sha256(answer.path.read_bytes()).hexdigest()


class OddWhenDark:
    """A scope that knows bright pictures only."""

    def refuses(self, pictures):
        assert all(picture.shape == (64, 64, 3) for picture in pictures)
        return np.array([picture.mean() < 100 for picture in pictures])


def test_what_is_out_of_scope_is_told_with_its_own_file(make_classifier, files):
    for path in files[::3]:
        path.write_bytes(encode_png(np.full((20, 20, 3), 40, np.uint8)))
    files[3].write_bytes(b"")
    asked = Asking(Predictor(make_classifier()), OddWhenDark())
    told = [answer.in_scope for answer in predict_files(asked, files, workers=2)]
    assert told == [None if i == 3 else i % 3 > 0 for i in range(len(files))]
    assert {answer.in_scope for answer in predict_files(Asking(asked.predictor), files[:5])} == {None}


def test_asked_over_the_views_of_each_image_the_answers_are_the_averages(make_classifier, files):
    predictor = Predictor(make_classifier())
    answers = list(predict_files(Asking(predictor, averaged=True), files[:4]))
    expected = predict_averaged(predictor, [read_for_model(path) for path in files[:4]])
    for answer, mean in zip(answers, expected, strict=True):
        np.testing.assert_allclose(answer.prediction.probabilities, mean.probabilities, atol=1e-6)


def test_bad_files_are_answered_with_cause_and_cure_and_stop_none(make_classifier, files, tmp_path):
    files[1].write_bytes(b"")
    files[2].write_bytes(files[3].read_bytes()[:60])
    files[4].write_bytes(b"\xff" * (MAX_BYTES + 1))
    files[5].unlink()
    files[6].unlink()
    files[6].mkdir()
    answers = list(predict_files(Asking(Predictor(make_classifier())), files, workers=2))
    errors = {files.index(answer.path): answer.error for answer in answers if answer.error is not None}
    assert sorted(errors) == [1, 2, 4, 5, 6]
    assert [answer.prediction is None for answer in answers] == [i in errors for i in range(len(files))]
    assert isinstance(errors[4], TooLargeError)
    assert "No such file" in errors[5].cause
    assert "folder" in errors[6].cause.lower() or "directory" in errors[6].cause.lower()
    assert all(error.cure for error in errors.values())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(make_classifier, tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (answer,) = predict_files(Asking(Predictor(make_classifier())), [tmp_path / "pipe.png"])
    assert isinstance(answer.error, ImageError)
    assert "pipe" in answer.error.cause


def test_a_model_that_gives_no_numbers_stops_it(make_classifier, files, monkeypatch):
    predictor = Predictor(make_classifier())
    monkeypatch.setattr(
        predictor._engine, "run", lambda inputs: {"logits": np.full((len(inputs["image"]), 7), np.nan, np.float32)}
    )
    with pytest.raises(ModelError, match="no numbers"):
        list(predict_files(Asking(predictor), files))
