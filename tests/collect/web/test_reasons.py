from __future__ import annotations

import pytest
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest, ResponseDataLossError
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError

from lesionlab.collect.web.reasons import reason_of
from lesionlab.collect.web.refusal import GivenUp, Refused


@pytest.mark.parametrize(
    ("error", "text", "refused", "lasting"),
    [
        (Refused("robots.txt does not allow it."), "robots.txt does not allow it.", True, False),
        (GivenUp("Leave me."), "Leave me.", False, True),
        (HttpError(Response("https://x/", status=404)), "HTTP 404", False, False),
        (DownloadCancelledError("too large"), "larger", True, False),
        (IgnoreRequest("exceeded DOWNLOAD_MAXSIZE (3 B)"), "larger", True, False),
        (IgnoreRequest("max redirections reached"), "max redirections", False, False),
        (DownloadTimeoutError(), "no answer in time", False, False),
        (ResponseDataLossError(), "broke", False, False),
        (KeyError("odd"), "KeyError", False, False),
    ],
)
def test_what_a_failure_means(error: Exception, text: str, refused: bool, lasting: bool):
    reason = reason_of(error)
    assert text in reason.text
    assert (reason.refused, reason.lasting) == (refused, lasting)
