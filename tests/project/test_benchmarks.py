"""That each bench runs and that its guards hold; how fast it is, is no matter of a test."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from benchmarks import __main__ as command
from benchmarks import (
    classifier_training,
    classifying,
    collecting,
    duplicates,
    inferring,
    measuring,
    preparing,
    sampling,
    training,
)
from benchmarks.comparison import Comparison, compare
from benchmarks.machine import facts
from benchmarks.memory import peak_mib
from benchmarks.quiet import Busy, others, refusal
from benchmarks.step_profile import gan_on_drawn, profile

from lesionlab.models.dcgan import Generator
from lesionlab.models.precision import cpu_has_bf16
from lesionlab.models.vgg19 import Vgg19
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.training.augmentation import augment
from lesionlab.training.draws import Draws

# One thread: on a busy machine several wait for each other far longer than they compute.
TINY_GAN = GanOptions(
    image_size_px=16, batch_size=4, generator_channels=8, discriminator_channels=8, max_channels=32, threads=1
)
TINY_CLASSIFIER = ClassifierOptions(image_size_px=16, width=0.125, threads=1)


def test_both_ways_are_timed_in_turns_after_one_untimed_turn_each():
    order: list[str] = []
    found = compare("x", "y", "images", 6, lambda: order.append("ours"), lambda: order.append("plain"), rounds=2)
    assert order == ["ours", "plain"] * 3
    assert found.ours_s > 0
    assert found.plain_s > 0


def test_the_ratio_says_how_many_times_faster_ours_is():
    found = Comparison("x", "y", "images", 10, ours_s=2.0, plain_s=5.0)
    assert found.ratio == 2.5
    line = found.to_line()
    assert "5.0" in line
    assert "2.0" in line
    assert "2.50 x" in line


def test_memory_is_that_of_the_work_and_of_the_processes_it_starts():
    held = peak_mib(lambda: [bytearray(b"x" * 64 * 2**20), time.sleep(0.2)])
    assert held is None or 60 < held < 200
    hold = [sys.executable, "-c", "import time; kept = b'x' * (64 * 2**20); time.sleep(0.3)"]
    child = peak_mib(lambda: subprocess.run(hold, check=True))
    assert child is None or child > 60


def test_memory_stands_in_the_line_where_it_was_watched():
    watched = compare("x", "y", "images", 6, lambda: None, lambda: None, rounds=1, memory=True)
    assert ("MiB" in watched.to_line()) == (watched.peak_mib is not None)
    assert "MiB" not in Comparison("x", "y", "images", 10, 2.0, 5.0).to_line()


def test_preparing_both_ways_gives_the_same_pixels_within_the_decoder_s_scaling(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(preparing, "SIZES_PX", (16,))
    preparing.write_source(tmp_path / "source", 84, (48, 36))
    data = preparing.prepare_ham10000(tmp_path / "source", "bench", (16,))
    preparing.prepare_plainly(tmp_path / "source", tmp_path / "plain")
    ours = np.asarray(data.pixels(16)).astype(int)
    plain = np.load(tmp_path / "plain" / "pixels-016.npy").astype(int)
    assert ours.shape == plain.shape
    by_id = np.argsort([row.image_id for row in data.split.rows])
    assert np.abs(ours[by_id] - plain).mean() < 4


def test_the_prepare_bench_runs(monkeypatch, home: Path):
    monkeypatch.setattr(preparing, "SIZES_PX", (16,))
    monkeypatch.setenv("LESIONLAB_HOME", str(home))
    (found,) = preparing.comparisons(count=84, photo=(48, 36), rounds=1)
    assert found.count == 84
    assert found.ratio > 0


def test_the_collect_bench_runs(home: Path):
    (found,) = collecting.comparisons(count=30, rounds=1)
    assert found.count == 30
    assert found.plain_s > 0
    assert "MiB after the first tenth" in found.plain or not Path("/proc").exists()


def test_memory_is_told_at_each_tenth_of_a_collecting(capsys: pytest.CaptureFixture[str]):
    collecting.main(20)
    rate, memory = capsys.readouterr().out.splitlines()
    assert rate.startswith("collect isic, 20 files: ")
    assert len(re.findall(r" \d+", memory)) == 10 or "not told" in memory


def test_the_duplicates_bench_runs():
    (found,) = duplicates.comparisons(counts=(60,), sample=20)
    assert found.count == 60
    assert found.ours_s > 0
    assert found.plain_s > 0


def test_the_plain_way_is_scaled_by_images_and_by_pairs():
    squares = duplicates.pictures(20)
    few, many = (min(duplicates.plainly(squares, count) for _ in range(3)) for count in (2_000, 200_000))
    assert 100 < many / few < 10_000


def test_the_classifier_bench_runs_and_checks_that_both_ways_agree():
    found = list(inferring.classifier_comparisons(TINY_CLASSIFIER, rounds=1))
    assert [comparison.count for comparison in found][:2] == [1, 16]
    assert [found[4].unit, 0 < found[4].ratio < 1.5] == ["MFLOP", True] if cpu_has_bf16() else len(found) == 2


def test_the_predict_bench_fills_tables_beside_a_loop_and_the_model_alone_and_starts_cold(monkeypatch):
    monkeypatch.setattr(classifying, "IMPORTS", "pass")
    monkeypatch.setattr(classifying, "cpu_has_bf16", lambda: False)
    *tables, cold = classifying.comparisons(count=20, photo=(48, 36), rounds=1)
    assert [comparison.count for comparison in tables] == [20, 20]
    assert [comparison.plain for comparison in tables] == [classifying.LOOP, classifying.ALONE]
    assert cold.plain_s > 0
    assert cold.peak_mib is None or cold.peak_mib > 50


def test_the_generator_bench_runs_and_checks_that_both_ways_agree():
    (found,) = inferring.generator_comparisons(TINY_GAN, count=5, rounds=1)
    assert found.count == 5


def test_the_measuring_bench_runs_and_checks_that_both_ways_agree():
    (found,) = measuring.comparisons(count=150, dims=16, rounds=1)
    assert found.count == 300
    assert found.plain_s > 0


def test_the_sampling_bench_writes_both_forms_beside_a_loop_and_the_generator_alone():
    found = list(sampling.comparisons(TINY_GAN, count=35, rounds=1))
    assert [comparison.count for comparison in found] == [35] * 4
    assert [comparison.plain for comparison in found] == [sampling.LOOP, sampling.ALONE] * 2


def test_ways_that_do_not_agree_are_not_compared():
    inferring.check_agreement(0.5, 1.0, "logits")
    with pytest.raises(SystemExit, match="logits of the two ways differ by 2"):
        inferring.check_agreement(2.0, 1.0, "logits")


def test_the_training_bench_runs_and_its_networks_are_the_same_size():
    step, *peak, batch = training.comparisons(TINY_GAN, rounds=1)
    assert (step.count, batch.count) == (4, 4)
    assert len(peak) == (cpu_has_bf16() and TINY_GAN.bf16)
    assert batch.ratio > 1
    ours, plain = Generator(TINY_GAN, 7), training.PlainGenerator(TINY_GAN, 7)
    assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in plain.parameters())


def test_the_classifier_s_training_bench_runs_and_its_networks_and_augmentation_are_the_same():
    step, *peak, batch = classifier_training.comparisons(replace(TINY_CLASSIFIER, batch_size=4), rounds=1)
    assert (step.count, batch.count) == (4, 4)
    assert len(peak) == (cpu_has_bf16() and TINY_CLASSIFIER.bf16)
    ours, plain = Vgg19(7, TINY_CLASSIFIER.width), classifier_training.PlainClassifier(TINY_CLASSIFIER, 7)
    assert [p.numel() for p in ours.parameters()] == [p.numel() for p in plain.parameters()]
    images = torch.rand(400, 3, 16, 16) * 2 - 1
    one = augment(images, Draws(0, "a", 0, torch.device("cpu"), 400))
    other = classifier_training.plain_augment(images, Draws(0, "b", 0, torch.device("cpu"), 400))
    assert one.mean().item() == pytest.approx(other.mean().item(), abs=0.05)
    assert one.std().item() == pytest.approx(other.std().item(), rel=0.05)


def process(proc: Path, pid: int, name: str, ticks: int) -> None:
    (proc / str(pid)).mkdir(parents=True, exist_ok=True)
    fields = ["S", *["0"] * 10, str(ticks), "0", "0"]
    (proc / str(pid) / "stat").write_text(f"{pid} ({name}) {' '.join(fields)}\n")


def test_other_processes_are_found_with_the_cores_they_use(tmp_path: Path, monkeypatch):
    process(tmp_path, 11, "quiet one", 5)
    process(tmp_path, 12, "busy (one)", 100)
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "stat").touch()

    def pass_time(seconds: float) -> None:
        process(tmp_path, 12, "busy (one)", 10**6)

    monkeypatch.setattr("benchmarks.quiet.time.sleep", pass_time)
    found = others(0.1, tmp_path)
    assert found is not None
    assert [busy.name for busy in found] == ["busy (one)"]
    assert found[0].cores > 1


def test_a_system_without_proc_cannot_tell(tmp_path: Path):
    assert others(0.0, tmp_path / "none") is None
    assert refusal(None) == ""


def test_a_busy_machine_is_refused_and_the_busiest_named():
    assert refusal([]) == ""
    assert refusal([Busy(1, "clock", 0.01)]) == ""
    told = refusal([Busy(77, "python", 1.5), Busy(78, "make", 0.2)])
    assert "1.70 cores" in told
    assert "python (process 77, 1.50 cores)" in told


def test_the_command_refuses_a_busy_machine_and_has_no_way_round(monkeypatch, capsys):
    monkeypatch.setattr(command, "others", lambda: [Busy(77, "python", 1.5)])
    assert command.main(["prepare"]) == 2
    assert "python" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        command.main(["--force"])


def test_the_command_prints_the_machine_and_a_line_for_each_comparison(monkeypatch, capsys, tmp_path: Path):
    found = Comparison("a path", "plainly", "images", 10, 2.0, 5.0)
    monkeypatch.setattr(command, "others", list)
    monkeypatch.setattr(command, "BENCHES", {"one": lambda: iter([found])})
    monkeypatch.setattr(command, "RESULTS", tmp_path)
    assert command.main(["--save"]) == 0
    told = capsys.readouterr().out
    assert "processor" in told
    assert "2.50 x" in told
    (saved,) = tmp_path.glob("*.json")
    kept = json.loads(saved.read_text())
    assert kept["comparisons"][0]["ratio"] == 2.5
    assert kept["machine"]["python"]


def test_an_unknown_bench_is_answered_with_the_known_ones(capsys):
    assert command.main(["trian"]) == 2
    assert "train" in capsys.readouterr().err


def test_the_machine_s_facts_name_processor_and_instructions(tmp_path: Path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("model name\t: Example 9\nflags\t\t: sse avx2 avx512f avx512_bf16\n\n")
    found = facts(cpuinfo)
    assert found["processor"].startswith("Example 9, ")
    assert found["instructions"] == "avx2 avx512f avx512_bf16"
    assert found["torch"]


def test_the_step_profile_names_the_convolutions_and_finds_no_subnormal_numbers():
    watch, alone = profile(gan_on_drawn(TINY_GAN), steps=1, subnormal=True)
    assert alone > 0
    names = {name for name, _ in watch.seconds}
    assert any("convolution_backward" in name for name in names)
    assert sum(watch.subnormal.values()) == 0
