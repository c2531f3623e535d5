from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from lesionlab.collect.transfer_errors import TemporaryError, TransferError
from lesionlab.collect.transfer_retry import LONGEST_ASKED_WAIT_S, asked_wait_s, retrying, silent_wait


def test_waits_grow_with_chance_within_a_bound():
    slept: list[float] = []

    def fail() -> None:
        raise TemporaryError("It is down.")

    for _ in range(30):
        with pytest.raises(TemporaryError):
            retrying(10, slept.append, silent_wait)(fail)
    assert len(slept) == 30 * 9
    assert all(0.5 <= seconds <= 60 for seconds in slept)
    assert len(set(slept[::9])) > 1
    first, last = sum(slept[::9]), sum(slept[8::9])
    assert last > 5 * first


def test_what_does_not_pass_is_not_tried_again():
    tried: list[int] = []

    def fail() -> None:
        tried.append(1)
        raise TransferError("No.")

    with pytest.raises(TransferError):
        retrying(5, tried.append, silent_wait)(fail)  # type: ignore[arg-type]
    assert tried == [1]


def test_each_wait_is_told():
    told: list[tuple[float, str]] = []
    failures = iter([TemporaryError("It is down."), TemporaryError("It is busy.", wait_s=40)])

    def fail_twice() -> str:
        for failure in failures:
            raise failure
        return "at last"

    assert (
        retrying(5, lambda seconds: None, lambda seconds, cause: told.append((seconds, cause)))(fail_twice) == "at last"
    )
    assert told[0][1] == "It is down."
    assert told[1] == (40, "It is busy.")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 0 ", 0),
        ("999999", LONGEST_ASKED_WAIT_S),
        ("", None),
        ("-3", None),
        ("soon", None),
        ("٣", None),
        ("1.5", None),
    ],
)
def test_the_wait_that_a_host_asks_for_is_read(header: str, seconds: float | None):
    assert asked_wait_s(header) == seconds


@pytest.mark.parametrize(("ahead_s", "seconds"), [(60, 60), (-60, 0), (10**6, LONGEST_ASKED_WAIT_S)])
def test_the_wait_may_be_a_date(ahead_s: int, seconds: float):
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead_s), usegmt=True)
    assert asked_wait_s(date) == pytest.approx(seconds, abs=3)
