from __future__ import annotations

import io
import sys

import pytest

from lesionlab.cli import progress as module
from lesionlab.cli.progress import progress_bar


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_away_from_a_terminal_a_line_comes_every_few_seconds(clock, capsys):
    with progress_bar("Training", "kimg") as progress:
        for second in range(20):
            clock.now = 100.0 + second
            progress(second * 2, 40, loss=1.5)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "Training: 10/40 kimg  2 kimg/s  15 s left  loss 1.5",
        "Training: 20/40 kimg  2 kimg/s  10 s left  loss 1.5",
        "Training: 30/40 kimg  2 kimg/s  5 s left  loss 1.5",
        "Training: 38/40 kimg  2 kimg/s  1 s left  loss 1.5",
    ]


def test_rate_counts_from_where_a_resumed_run_went_on(clock, capsys):
    with progress_bar("Training", "kimg") as progress:
        progress(400, 500)
        clock.now += 50
        progress(425, 500)
    assert "0.50 kimg/s  2 min 30 s left" in capsys.readouterr().err


def test_long_times_are_told_in_hours(clock, capsys):
    with progress_bar("Training", "kimg") as progress:
        progress(0, 10000)
        clock.now += 10
        progress(10, 10000)
    assert "2 h 46 min left" in capsys.readouterr().err


def test_last_report_is_printed_when_the_work_fails(clock, capsys):
    def fail() -> None:
        with progress_bar("Reading", "images") as progress:
            progress(3, 10)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert capsys.readouterr().err == "Reading: 3/10 images\n"


def test_nothing_reported_prints_nothing(capsys):
    with progress_bar("Reading", "images"):
        pass
    assert capsys.readouterr().err == ""


def test_on_a_terminal_a_bar_is_drawn(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("Training", "kimg") as progress:
        progress(1, 4, loss=0.25)
        progress(4, 4, loss=0.125)
    drawn = terminal.getvalue()
    assert "Training" in drawn
    assert "4/4 kimg" in drawn
    assert "loss 0.125" in drawn


def test_figures_that_count_are_told_whole(clock, capsys):
    with progress_bar("Sampling", "images") as progress:
        progress(3, 10, withheld=1234, loss=0.12345)
    assert capsys.readouterr().err == "Sampling: 3/10 images  withheld 1,234  loss 0.123\n"
