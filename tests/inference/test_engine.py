from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.errors import ModelError
from lesionlab.inference.engine import Port, load_engine


def test_ports_are_named_and_typed(make_generator):
    engine = load_engine(make_generator() / "model.onnx")
    assert engine.inputs == {"latent": Port((None, 32), "float32"), "mix": Port((None, 7), "float32")}
    assert engine.outputs == {"image": Port((None, 3, 8, 8), "float32")}


def test_batch_size_fixes_the_first_side(make_classifier):
    engine = load_engine(make_classifier() / "model.onnx", batch_size=4)
    assert engine.inputs["image"].shape == (4, 3, 8, 8)
    assert engine.outputs["maps"].shape == (4, 7, 2, 2)


def test_arithmetic_is_float32_unless_asked(make_classifier):
    assert load_engine(make_classifier() / "model.onnx").precision == "float32"
    assert load_engine(make_classifier() / "model.onnx", bf16=True).precision in ("float32", "bfloat16")


def test_outputs_belong_to_the_caller(make_classifier):
    engine = load_engine(make_classifier() / "model.onnx")
    ones = np.ones((1, 3, 8, 8), np.float32)
    first = engine.run({"image": ones})["features"]
    engine.run({"image": 5 * ones})
    np.testing.assert_allclose(first, 1)


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, 0.95])
def test_damaged_file_is_told_by_name_and_size(make_generator, keep):
    path = make_generator() / "model.onnx"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep * len(whole)) if isinstance(keep, float) else keep])
    with pytest.raises(ModelError, match=r"model\.onnx \([\d,]+ bytes\) cannot be loaded") as caught:
        load_engine(path)
    assert "again" in caught.value.cure


def test_missing_file_is_told(tmp_path: Path):
    with pytest.raises(ModelError, match="no model file"):
        load_engine(tmp_path / "model.onnx")


def test_weights_outside_the_hashed_file_are_not_followed(make_generator, tmp_path: Path):
    import onnx

    path = make_generator() / "model.onnx"
    model = onnx.load(path)
    onnx.save(model, path, save_as_external_data=True, location="beside.bin", size_threshold=0)
    assert (path.parent / "beside.bin").is_file()
    with pytest.raises(ModelError):
        load_engine(path)


def test_streams_change_no_bit(make_generator):
    path = make_generator() / "model.onnx"
    rng = np.random.default_rng(0)
    latent, mix = rng.standard_normal((4, 32)).astype(np.float32), np.eye(7, dtype=np.float32)[:4]
    alone = load_engine(path, batch_size=4, threads=1).run({"latent": latent, "mix": mix})["image"]
    engine = load_engine(path, batch_size=4, streams=3)
    with ThreadPoolExecutor(3) as pool:
        for image in pool.map(lambda _: engine.run({"latent": latent, "mix": mix})["image"], range(12)):
            np.testing.assert_array_equal(image, alone)
