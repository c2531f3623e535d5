import importlib.util
from dataclasses import replace

import pytest

from lesionlab.core.errors import MissingPartError
from lesionlab.records.run import RunFolder
from lesionlab.training.gan_run import start_gan
from lesionlab.training.tensorboard_log import TensorBoardLog


def scalars(run: RunFolder, name: str) -> list[tuple[int, float]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return [(e.step, round(e.value, 4)) for e in EventAccumulator(str(run.path / "tensorboard")).Reload().Scalars(name)]


def test_a_run_killed_and_resumed_has_one_figure_a_step(tmp_path):
    run = RunFolder(tmp_path)
    first = TensorBoardLog(run, 10)
    for step in (10, 20, 30):
        first.add(step, {"loss_d": step / 10})
    first.close()
    resumed = TensorBoardLog(run, 20)
    resumed.add(20, {"loss_d": 2.5})
    resumed.close()
    assert scalars(run, "loss_d") == [(10, 1.0), (20, 2.5)]


def test_without_tensorboard_the_run_is_refused_before_its_folder_is_made(
    tiny_data, tiny_gan_options, tmp_path, monkeypatch
):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPartError) as caught:
        start_gan(replace(tiny_gan_options, tensorboard=True), tiny_data, "", tmp_path)
    assert 'pip install "lesionlab[tensorboard]"' in caught.value.cure
    assert not list(tmp_path.glob("*gan*"))
