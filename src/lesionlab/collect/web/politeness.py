"""The settings of every crawl. No option and no site file changes them; a site may only ask for longer delays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapy.settings.default_settings import RETRY_EXCEPTIONS

from lesionlab.collect.web.site import Site

MAX_PAGE_BYTES = 16 * 2**20
_WEB = "lesionlab.collect.web"
_MIDDLEWARES = "scrapy.downloadermiddlewares"


@dataclass(frozen=True)
class Pace:
    """What our own delays are multiplied with, and the requests under way; tests alone hurry."""

    delays: float = 1.0
    at_once: int = 2


POLITE = Pace()


def settings(site: Site, user_agent: str, log_file: Path, pace: Pace) -> dict[str, Any]:
    """Return Scrapy's settings for a crawl of `site`."""
    delay_s = site.limits.delay_s * pace.delays
    return {
        # Manners
        "USER_AGENT": user_agent,
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_DELAY": delay_s,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": delay_s,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
        "CONCURRENT_ITEMS": 4,
        "CONCURRENT_REQUESTS": pace.at_once,
        "CONCURRENT_REQUESTS_PER_DOMAIN": pace.at_once,
        "RETRY_TIMES": 4,
        "RETRY_EXCEPTIONS": [name for name in RETRY_EXCEPTIONS if "CannotResolveHost" not in str(name)],
        "BACK_OFF_S": 2.0 * pace.delays,
        "COOKIES_ENABLED": False,
        "REFERRER_POLICY": "no-referrer",
        "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Language": "en"},
        # Limits
        "PAGE_HOSTS": list(site.page_hosts),
        "FILE_HOSTS": list(site.file_hosts),
        "DOWNLOAD_MAXSIZE": MAX_PAGE_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": 60,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "DOWNLOADER_MIDDLEWARES": {
            f"{_MIDDLEWARES}.offsite.OffsiteMiddleware": None,
            f"{_MIDDLEWARES}.robotstxt.RobotsTxtMiddleware": None,
            f"{_MIDDLEWARES}.httpauth.HttpAuthMiddleware": None,
            f"{_MIDDLEWARES}.retry.RetryMiddleware": None,
            f"{_WEB}.host_guard.HostGuard": 50,
            f"{_WEB}.robots.RobotsRules": 100,
            f"{_WEB}.patience.Patience": 550,
        },
        # Only what is needed: nothing listens, nothing but http leaves the machine
        "DOWNLOAD_HANDLERS": {"data": None, "file": None, "ftp": None, "s3": None},
        "EXTENSIONS": {
            f"scrapy.extensions.{name}": None
            for name in ("telnet.TelnetConsole", "remote_control.RemoteControl", "feedexport.FeedExporter")
        },
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_FILE": str(log_file),
        "LOG_LEVEL": "INFO",
        "LOGSTATS_INTERVAL": 0,
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "META_COPY_WARN_SKIP_KEYS": ["download_latency", "retry_times"],  # a damaged file is asked for once more
    }
