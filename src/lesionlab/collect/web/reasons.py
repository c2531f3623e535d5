"""What a failed request means for an image: one sentence, and whether another run may mend it."""

from __future__ import annotations

from dataclasses import dataclass

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError

from lesionlab.collect.web.refusal import GivenUp, Refused

_PASSING: dict[type[BaseException], str] = {
    CannotResolveHostError: "Its host has no address.",
    DownloadConnectionRefusedError: "Its host refused the connection.",
    DownloadFailedError: "The connection broke.",
    DownloadTimeoutError: "Its host gave no answer in time.",
    ResponseDataLossError: "The connection broke before all of it was here.",
}


@dataclass(frozen=True)
class Reason:
    """Why something was not had; `refused`: it is not to be tried again; `lasting`: nor is anything else."""

    text: str
    refused: bool = False
    lasting: bool = False


def reason_of(error: BaseException) -> Reason:
    """Return what a failure means."""
    if isinstance(error, Refused):
        return Reason(str(error), refused=True)
    if isinstance(error, GivenUp):
        return Reason(str(error), lasting=True)
    if isinstance(error, HttpError):
        return Reason(f"Its host answered HTTP {error.response.status}.")
    if isinstance(error, DownloadCancelledError) or "DOWNLOAD_MAXSIZE" in str(error):
        return Reason("It is larger than is accepted.", refused=True)
    if isinstance(error, IgnoreRequest):
        return Reason(f"It was not asked for: {error}.")
    return Reason(next((text for kind, text in _PASSING.items() if isinstance(error, kind)), type(error).__name__))
