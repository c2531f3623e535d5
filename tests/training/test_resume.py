"""Kill -9 at any moment, then resume: the same weights as a run that was left alone."""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from lesionlab.core.errors import RunError
from lesionlab.core.progress import silent
from lesionlab.data.prepared import PreparedData
from lesionlab.models.weights import load_state
from lesionlab.records.run import RunFolder
from lesionlab.training import gan_trainee
from lesionlab.training.classifier_run import continue_classifier, start_classifier
from lesionlab.training.gan_run import continue_gan, start_gan


def _weights(run: RunFolder, name: str) -> dict[str, np.ndarray]:
    return {key: value.numpy() for key, value in load_state(run.state)["trainee"][name].items()}


def _run_and_kill(go_on: Callable[..., None], run: RunFolder, data: PreparedData, seconds: float) -> bool:
    """Go on in a forked child; kill it -9 `seconds` after it first saved a state; say whether it was still alive."""
    before = run.state.stat().st_mtime_ns if run.state.exists() else 0
    child = os.fork()
    if child == 0:
        try:
            go_on(run, data)
        finally:
            os._exit(0)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and os.waitpid(child, os.WNOHANG) == (0, 0):
        if run.state.exists() and run.state.stat().st_mtime_ns != before:
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        time.sleep(0.002)
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="fork and SIGKILL are POSIX")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("kind", ["gan", "classifier"])
def test_three_kills_then_resume_equals_an_uninterrupted_run(
    kind, tiny_data, tmp_path, tiny_gan_options, tiny_classifier_options
):
    options = tiny_gan_options if kind == "gan" else tiny_classifier_options
    start, go_on = {
        "gan": (start_gan, continue_gan),
        "classifier": (start_classifier, continue_classifier),
    }[kind]
    # Longer than the fixture's, with a state every few steps, so that a kill falls between and within saves.
    options = replace(options, total_kimg=1.6, state_seconds=0.05)
    killed, alone = start(options, tiny_data, "", tmp_path), start(options, tiny_data, "", tmp_path)
    random = np.random.default_rng(int(time.time()))
    alive = [_run_and_kill(go_on, killed, tiny_data, random.uniform(0, 0.2)) for _ in range(3)]
    assert alive[0], "the first child ended before it could be killed: the test shows nothing"
    go_on(killed, tiny_data)
    go_on(alone, tiny_data)
    for name in ("generator", "average", "discriminator") if kind == "gan" else ("network", "average", "best"):
        mine, theirs = _weights(killed, name), _weights(alone, name)
        assert all(np.array_equal(mine[key], theirs[key]) for key in theirs), name
    assert [line["kimg"] for line in killed.read_stats()] == [line["kimg"] for line in alone.read_stats()]
    assert killed.done
    assert (killed.export / "model.onnx").read_bytes() == (alone.export / "model.onnx").read_bytes()


def test_ctrl_c_saves_passes_on_and_resumes_to_the_same_weights(tiny_data, tmp_path, tiny_gan_options, tiny_gan_run):
    run = start_gan(tiny_gan_options, tiny_data, "", tmp_path)

    def interrupt(done: float, total: float, **figures: float) -> None:
        if done > 0.2:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        continue_gan(run, tiny_data, interrupt)
    assert load_state(run.state)["trainee"]["steps"] > 0
    assert not run.done
    continue_gan(run, tiny_data, silent)
    mine, theirs = _weights(run, "average"), _weights(tiny_gan_run, "average")
    assert all(np.array_equal(mine[key], theirs[key]) for key in theirs)


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_the_last_state(
    tiny_data, tmp_path, tiny_gan_options, monkeypatch
):
    run = start_gan(replace(tiny_gan_options, state_seconds=0.001), tiny_data, "", tmp_path)
    step = gan_trainee.GanTrainee.step

    def poisoned(self):
        figures = step(self)
        return figures | {"loss_d": torch.tensor(float("nan"))} if self.steps >= 12 else figures

    monkeypatch.setattr(gan_trainee.GanTrainee, "step", poisoned)
    with pytest.raises(RunError, match="loss_d became NaN"):
        continue_gan(run, tiny_data)
    assert load_state(run.state)["trainee"]["steps"] == 11
