from __future__ import annotations

import pytest
from scrapy import Request

from lesionlab.collect.web.host_guard import FILE, PAGE, ROBOTS, HostGuard
from lesionlab.collect.web.refusal import Refused

GUARD = HostGuard(["pages.example.org"], ["files.example.org"])


@pytest.mark.parametrize(
    ("url", "role", "allowed"),
    [
        ("https://pages.example.org/a", PAGE, True),
        ("https://files.example.org/a.jpg", FILE, True),
        ("https://files.example.org/a", PAGE, False),
        ("https://pages.example.org/a.jpg", FILE, False),
        ("https://files.example.org/robots.txt", ROBOTS, True),
        ("https://evil.example.org/robots.txt", ROBOTS, False),
        ("http://files.example.org/a.jpg", FILE, False),
        ("https://files.example.org.evil.org/a.jpg", FILE, False),
        ("https://x@evil.org/files.example.org", FILE, False),
        ("https://evil.org\\@files.example.org/a.jpg", FILE, False),
        ("https://169.254.169.254/", PAGE, False),
        ("http://127.0.0.1/", PAGE, False),
    ],
)
def test_files_come_from_hosts_of_files_and_pages_from_hosts_of_pages(url: str, role: str, allowed: bool):
    request = Request(url, meta={"role": role})
    if allowed:
        GUARD.process_request(request)
    else:
        with pytest.raises(Refused):
            GUARD.process_request(request)


def test_a_request_of_no_role_may_ask_pages_alone():
    GUARD.process_request(Request("https://pages.example.org/"))
    with pytest.raises(Refused):
        GUARD.process_request(Request("https://files.example.org/"))
