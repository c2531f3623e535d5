"""Damaged and malicious files: each is an image or one of our errors, soon, and in little memory."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from mutated_images import KINDS, mutated, sound

from lesionlab.core.imaging import decode
from lesionlab.core.processes import cores

MOST_SECONDS = 5.0
ALL, AT_ONCE = 50_000, 1_000

needs_limits = pytest.mark.skipif(sys.platform != "linux", reason="memory is limited as Linux does it")


@dataclass(frozen=True)
class Decoded:
    number: int
    seconds: float  # of the processor
    outcome: str


def decoded(first: int, count: int) -> list[Decoded]:
    """Decode files in a process with limits; what ends the process fails with the file's number."""
    program = Path(__file__).parents[1] / "hosts" / "decode_mutated.py"
    command = [sys.executable, "-W", "ignore", str(program), str(first), str(count)]
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace")
    lines = [line.split(" ", 2) for line in ended.stdout.splitlines()]
    told = f"File {first + len(lines)} ended the process ({ended.returncode}): {ended.stderr[-300:]}"
    assert (ended.returncode, len(lines)) == (0, count), told
    return [Decoded(int(number), float(seconds), outcome) for number, seconds, outcome in lines]


def check(files: Sequence[Decoded]) -> None:
    assert [file for file in files if file.outcome not in ("image", "ImageError", "TooLargeError")] == []
    assert [file for file in files if file.seconds > MOST_SECONDS] == []


@needs_limits
@pytest.mark.parametrize("first", [0, 500, 1_000])
def test_a_sample_of_mutated_files_neither_crashes_nor_takes_long_nor_much(first: int):
    files = decoded(first, 500)
    check(files)
    outcomes = Counter(file.outcome for file in files)
    assert outcomes["image"] > 50  # the mutations are not so coarse that nothing gets past the head
    assert outcomes["ImageError"] > 50


@needs_limits
@pytest.mark.long
@pytest.mark.timeout(3600)
def test_fifty_thousand_mutated_files_neither_crash_nor_take_long_nor_much(capsys: pytest.CaptureFixture[str]):
    with ThreadPoolExecutor(cores()) as pool:
        files = [each for some in pool.map(lambda at: decoded(at, AT_ONCE), range(0, ALL, AT_ONCE)) for each in some]
    outcomes = Counter(file.outcome for file in files)
    slowest = max(files, key=lambda file: file.seconds)
    with capsys.disabled():
        told = ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.most_common())
        sys.stdout.write(f"\n{len(files):,} files: {told}; slowest {slowest.seconds:.2f} s (file {slowest.number})\n")
    check(files)
    assert len(files) == ALL


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_mutated_was_sound(kind: str):
    assert all(decode(content).shape[2] == 3 for content in sound(kind))


def test_a_file_is_that_of_its_number():
    assert [mutated(number) for number in range(40)] == [mutated(number) for number in range(40)]
    assert len({mutated(number) for number in range(40)}) == 40
