from __future__ import annotations

import sys
from pathlib import Path

import pytest
from launch.console import run_step, seconds
from launch.failures import LaunchError, explain_os_error, explain_output

OUTPUTS = [
    ("disk", "error: Failed to write to the cache\n  Caused by: No space left on device (os error 28)"),
    ("disk", "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"),
    ("network", "  Caused by: dns error\n  Caused by: failed to lookup address information: Name or service not known"),
    ("network", "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)'"),
    ("certificate", "  Caused by: invalid peer certificate: UnknownIssuer"),
    ("changed", "error: Failed to fetch\n  Caused by: Hash mismatch for `numpy==2.4.6`"),
    ("changed", "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."),
    ("permission", "error: failed to create file: Permission denied (os error 13)"),
    ("no package", "ERROR: No matching distribution found for openvino==2026.4.1"),
]


@pytest.mark.parametrize(("kind", "output"), OUTPUTS)
def test_each_kind_of_failure_is_known_by_its_output(kind: str, output: str):
    error = explain_output("Installing", output.splitlines(), "setup.log")
    assert error.kind == kind
    assert error.cause.startswith("Installing failed: ")
    assert error.cure.endswith(".")


def test_an_unknown_failure_shows_its_telling_line_and_where_the_rest_is():
    error = explain_output("Installing", ["warning: x", "error: the moon is full", "hint: wait"], "a/setup.log")
    assert "the moon is full" in error.cause
    assert "a/setup.log" in error.cure


def test_a_full_disk_is_known_by_its_number_and_names_the_file():
    error = explain_os_error(OSError(28, "x", "/a/b"))
    assert error.kind == "disk"
    assert "/a/b" in error.cause


def test_an_unknown_error_of_the_system_is_passed_on():
    assert "something odd" in explain_os_error(OSError(9999, "something odd")).cause


def test_a_step_prints_one_line_and_keeps_its_output_in_the_log(tmp_path: Path, capsys):
    log = tmp_path / "log"
    run_step("Counting", [sys.executable, "-c", "print('one'); print('two')"], {}, log)
    assert capsys.readouterr().out.startswith("  Counting ... 0.")
    assert "one\ntwo\n" in log.read_text()


def test_a_step_that_fails_tells_why(tmp_path: Path, capsys):
    program = "import sys; sys.exit('error: no space left on device')"
    with pytest.raises(LaunchError) as raised:
        run_step("Counting", [sys.executable, "-c", program], {}, tmp_path / "log")
    assert raised.value.kind == "disk"
    assert capsys.readouterr().out == "  Counting ... failed\n"


def test_a_step_whose_program_is_missing_tells_which(tmp_path: Path):
    with pytest.raises(LaunchError, match="no-such-program"):
        run_step("Counting", [tmp_path / "no-such-program"], {}, tmp_path / "log")


@pytest.mark.parametrize(("duration", "text"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (61.9, "1 min 1 s")])
def test_durations_are_read_by_people(duration: float, text: str):
    assert seconds(duration) == text
