"""Only the hosts that the site names are asked, at the first request and after every redirect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from lesionlab.collect.transfer_errors import TransferError
from lesionlab.collect.transfer_hosts import AllowedHosts
from lesionlab.collect.web.refusal import Refused

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

PAGE, FILE, ROBOTS = "page", "file", "robots"
"""What a request is for, in its meta under "role"; redirects keep it."""


class HostGuard:
    """Refuses requests to other hosts: files come from the hosts of files, everything else from those of pages."""

    def __init__(self, page_hosts: list[str], file_hosts: list[str]) -> None:
        self._hosts = {
            PAGE: AllowedHosts(page_hosts),
            FILE: AllowedHosts(file_hosts),
            ROBOTS: AllowedHosts([*page_hosts, *file_hosts]),
        }

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the guard of the hosts in the settings."""
        return cls(crawler.settings.getlist("PAGE_HOSTS"), crawler.settings.getlist("FILE_HOSTS"))

    def process_request(self, request: Request) -> None:
        """Refuse what lies outside."""
        try:
            self._hosts.get(request.meta.get("role", PAGE), self._hosts[PAGE]).check(request.url)
        except TransferError as error:
            raise Refused(error.cause) from error
