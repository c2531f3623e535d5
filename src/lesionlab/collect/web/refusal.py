"""Why a request is not made: a rule that stands above the crawl, or a host that wants no more of it."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest


class Refused(IgnoreRequest):
    """What is asked for is not to be had: by robots.txt, by the hosts allowed, by its size, by its owner's wish."""


class GivenUp(IgnoreRequest):
    """The host is not to be asked for anything more in this crawl."""
