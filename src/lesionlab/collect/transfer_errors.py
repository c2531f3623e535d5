"""What may go wrong between us and a host, and whether waiting may mend it."""

from __future__ import annotations

from urllib.parse import urlsplit

from lesionlab.core.errors import CollectError

TRY_LATER = "Run the same command again later: it goes on where it stopped."


class TransferError(CollectError):
    """A host's answer that cannot be used; `status` is its HTTP status, 0 where there was none or it was not at fault.

    `answer` holds the first words of a refusal, for the user to read.
    """

    def __init__(self, cause: str, cure: str = TRY_LATER, *, status: int = 0, answer: str = "") -> None:
        super().__init__(cause, cure)
        self.status = status
        self.answer = answer


class TemporaryError(TransferError):
    """A failure that may be gone in a while; `wait_s` is what the host asked for, None where it said nothing."""

    def __init__(self, cause: str, cure: str = TRY_LATER, *, status: int = 0, wait_s: float | None = None) -> None:
        super().__init__(cause, cure, status=status)
        self.wait_s = wait_s


def shown(url: str) -> str:
    """Return an address for people: without its query, which may hold a signature."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url[:60]
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]
