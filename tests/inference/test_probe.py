import shutil

import numpy as np
import pytest

from lesionlab.core.errors import ModelError
from lesionlab.inference.probe import TOLERANCE, probe_difference


@pytest.mark.parametrize("kind", ["generator", "classifier"])
def test_this_machines_engine_agrees_with_torch(kind, tiny_generator, tiny_classifier):
    assert probe_difference({"generator": tiny_generator, "classifier": tiny_classifier}[kind]) < TOLERANCE


def test_another_output_is_noticed(tiny_generator, tmp_path):
    folder = shutil.copytree(tiny_generator, tmp_path / "export")
    probe = dict(np.load(folder / "probe.npz"))
    np.savez(folder / "probe.npz", **{**probe, "image": probe["image"] + 0.1})
    assert probe_difference(folder) == pytest.approx(0.1, abs=1e-3)
    np.savez(folder / "probe.npz", latent=probe["latent"], mix=probe["mix"])
    with pytest.raises(ModelError, match="the model gives image"):
        probe_difference(folder)


def test_a_missing_or_damaged_probe_is_named(tiny_generator, tmp_path):
    folder = shutil.copytree(tiny_generator, tmp_path / "export")
    (folder / "probe.npz").write_bytes(b"PK half")
    with pytest.raises(ModelError, match="damaged"):
        probe_difference(folder)
    (folder / "probe.npz").unlink()
    with pytest.raises(ModelError, match=r"no probe\.npz"):
        probe_difference(folder)
