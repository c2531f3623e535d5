"""Disk and memory that run out: told before the first step where it can be, and nothing is lost otherwise."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
import torch

from lesionlab.core.errors import RunError
from lesionlab.data.prepared import PreparedData
from lesionlab.models.weights import load_state
from lesionlab.records.options import GanOptions
from lesionlab.records.run import RunFolder
from lesionlab.training import gan_run, gan_trainee
from lesionlab.training.gan_run import continue_gan, start_gan
from lesionlab.training.running_out import bytes_of, telling_what_ran_out

ENOUGH_STEPS = 8


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def started(tiny_data: PreparedData, tiny_gan_options: GanOptions, tmp_path, monkeypatch) -> RunFolder:
    """A run of a few steps that saves its state at each; it ends without an export."""
    monkeypatch.setattr(gan_run, "_export", lambda *arguments: None)
    options = replace(tiny_gan_options, total_kimg=ENOUGH_STEPS * 0.016, tick_kimg=0.032, state_seconds=1e-9)
    return start_gan(options, tiny_data, "", tmp_path)


def at_call(number: int, original: Callable[..., Any], error: BaseException) -> Callable[..., Any]:
    """Behave as `original`, but raise `error` at the call of this number."""
    calls = iter(range(10_000))

    def replaced(*arguments: Any, **named: Any) -> Any:
        if next(calls) == number:
            raise error
        return original(*arguments, **named)

    return replaced


def weights(run: RunFolder) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = load_state(run.state)["trainee"]["generator"]
    return found


def goes_on_to_the_same_end(run: RunFolder, data: PreparedData, options: dict[str, Any], parent) -> bool:
    continue_gan(run, data)
    alone = start_gan(GanOptions(**options), data, "", parent)
    continue_gan(alone, data)
    assert [line["kimg"] for line in run.read_stats()] == [line["kimg"] for line in alone.read_stats()]
    mine, theirs = weights(run), weights(alone)
    return all(torch.equal(value, theirs[name]) for name, value in mine.items())


def test_a_full_disk_leaves_the_last_state_whole_and_the_run_goes_on_to_the_same_end(
    started: RunFolder, tiny_data: PreparedData, tmp_path, monkeypatch
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", at_call(3, torch.save, full))
        with pytest.raises(RunError) as caught:
            continue_gan(started, tiny_data)
    assert "is full. The state saved last is whole." in caught.value.cause
    assert f"--resume {started.path.name}" in caught.value.cure
    assert load_state(started.state)["trainee"]["steps"] == 3
    assert not list(started.path.glob("*.part"))
    assert not list(started.path.glob(".*.part"))
    assert goes_on_to_the_same_end(started, tiny_data, started.read().options, tmp_path / "alone")


def test_a_disk_that_fills_up_in_the_statistics_is_told_likewise(
    started: RunFolder, tiny_data: PreparedData, tmp_path, monkeypatch
) -> None:
    full = OSError(errno.EDQUOT, "Disk quota exceeded")
    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "add_stats", at_call(1, RunFolder.add_stats, full))
        with pytest.raises(RunError, match=r"is full\. The state saved last is whole"):
            continue_gan(started, tiny_data)
    assert goes_on_to_the_same_end(started, tiny_data, started.read().options, tmp_path / "alone")


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nGPU 0 has a total capacity of ..."),
        RuntimeError("[enforce fail at alloc_cpu.cpp:119] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
    ids=["GPU", "CPU", "Python"],
)
def test_memory_that_runs_out_in_a_step_says_what_helps_and_keeps_the_state(
    error, started: RunFolder, tiny_data: PreparedData, tmp_path, monkeypatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(gan_trainee.GanTrainee, "step", at_call(4, gan_trainee.GanTrainee.step, error))
        with pytest.raises(RunError) as caught:
            continue_gan(started, tiny_data)
    assert "does not fit into the memory" in caught.value.cause
    assert "The state saved last is whole." in caught.value.cause
    assert "\n" not in caught.value.cause
    assert "batch_size" in caught.value.cure
    assert "accumulate=2" in caught.value.cure
    assert load_state(started.state)["trainee"]["steps"] == 4
    if isinstance(error, MemoryError):
        assert goes_on_to_the_same_end(started, tiny_data, started.read().options, tmp_path / "alone")


def test_memory_that_runs_out_before_the_first_state_says_that_nothing_was_saved(
    started: RunFolder, tiny_data: PreparedData, monkeypatch
) -> None:
    error = torch.OutOfMemoryError("CUDA out of memory.")
    monkeypatch.setattr(gan_trainee.GanTrainee, "step", at_call(0, gan_trainee.GanTrainee.step, error))
    with pytest.raises(RunError, match="Nothing was saved yet"):
        continue_gan(started, tiny_data)


def test_memory_that_does_not_hold_the_networks_is_told_before_the_first_step(
    started: RunFolder, tiny_data: PreparedData, monkeypatch
) -> None:
    error = torch.OutOfMemoryError("CUDA out of memory.")
    monkeypatch.setattr(gan_trainee, "Discriminator", at_call(0, gan_trainee.Discriminator, error))
    with pytest.raises(RunError, match="does not fit into the memory"):
        continue_gan(started, tiny_data)


def test_a_disk_that_cannot_hold_the_run_is_told_before_the_first_step(
    started: RunFolder, tiny_data: PreparedData, monkeypatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 1000))
    monkeypatch.setattr(gan_trainee.GanTrainee, "step", at_call(0, gan_trainee.GanTrainee.step, AssertionError()))
    with pytest.raises(RunError) as caught:
        continue_gan(started, tiny_data)
    assert "has 0 MB of free space; the run may need" in caught.value.cause
    assert "LESIONLAB_HOME" in caught.value.cure
    assert not started.state.exists()


def test_other_failures_pass_as_they_are(started: RunFolder) -> None:
    for error in (OSError(errno.EIO, "Input/output error"), RuntimeError("shapes do not match")):
        with pytest.raises(type(error)) as caught, telling_what_ran_out(started):
            raise error
        assert caught.value is error


def test_bytes_are_those_of_all_tensors_within() -> None:
    nested = {"a": torch.zeros(3), "b": [torch.zeros(2, dtype=torch.float64), ("x", 7)], "c": {"d": torch.zeros(1)}}
    assert bytes_of(nested) == 12 + 16 + 4
