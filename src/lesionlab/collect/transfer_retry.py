"""When to try again and how long to wait: exponential back-off with jitter, or what the host asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from lesionlab.collect.transfer_errors import TemporaryError
from lesionlab.collect.transfer_pace import Sleep

LONGEST_WAIT_S = 60.0
LONGEST_ASKED_WAIT_S = 600.0  # a host may ask for more patience than we have
TellWait = Callable[[float, str], None]
_BACK_OFF = wait_random_exponential(multiplier=1, max=LONGEST_WAIT_S, min=0.5)


def retrying(attempts: int, sleep: Sleep, tell: TellWait) -> Retrying:
    """Return a policy that tries `attempts` times while the failure is temporary, and then raises the last one.

    `tell` is told how many seconds each wait will take, and what it is for.
    """

    def announce(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        asked = error.wait_s if isinstance(error, TemporaryError) else None
        tell(state.upcoming_sleep if asked is None else asked, getattr(error, "cause", ""))

    return Retrying(
        stop=stop_after_attempt(attempts),
        wait=_wait,
        before_sleep=announce,
        retry=retry_if_exception_type(TemporaryError),
        sleep=lambda seconds: sleep(seconds) if seconds > 0 else None,
        reraise=True,
    )


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    if isinstance(error, TemporaryError) and error.wait_s is not None:
        return 0.0  # the pace of that host holds all requests to it back for as long
    return _BACK_OFF(state)


def silent_wait(seconds: float, cause: str) -> None:
    """Tell nothing."""


def asked_wait_s(retry_after: str) -> float | None:
    """Return the seconds of a Retry-After header, a number or an HTTP date, capped; None where it says nothing."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_ASKED_WAIT_S)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((until - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_ASKED_WAIT_S)
