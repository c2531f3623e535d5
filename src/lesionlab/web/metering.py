"""What the app has answered, counted for programs that watch it, and a name for each request."""

from __future__ import annotations

import bisect
import logging
import re
import secrets
import threading
import time
from collections import Counter
from typing import Any

from flask import Flask, Response, current_app, g, request

from lesionlab.web.batching import MicroBatcher
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.synthetic_images import images_in_memory

_EXTENSION = "lesionlab.meter"
_LOG = logging.getLogger("lesionlab.web.requests")

ID_HEADER = "X-Request-ID"
BOUNDS_S = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # of the histogram of times until the first byte
_GIVEN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Meter:
    """Requests counted by route and status, and their times in a histogram."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, int]] = Counter()
        self._times: list[int] = [0] * (len(BOUNDS_S) + 1)
        self._seconds = 0.0
        self._lock = threading.Lock()

    def add(self, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        with self._lock:
            self._answers[route, status] += 1
            self._times[bisect.bisect_left(BOUNDS_S, seconds)] += 1
            self._seconds += seconds

    def lines(self) -> list[str]:
        """Return what was counted, in the text format of Prometheus."""
        with self._lock:
            answers, times, seconds = sorted(self._answers.items()), list(self._times), self._seconds
        found = ["# TYPE lesionlab_requests_total counter"]
        found += [
            f'lesionlab_requests_total{{route="{route}",status="{status}"}} {number}'
            for (route, status), number in answers
        ]
        found.append("# TYPE lesionlab_request_seconds histogram")
        for bound, number in zip((*BOUNDS_S, "+Inf"), _summed(times), strict=True):
            found.append(f'lesionlab_request_seconds_bucket{{le="{bound}"}} {number}')
        return [
            *found,
            f"lesionlab_request_seconds_sum {seconds:.6f}",
            f"lesionlab_request_seconds_count {sum(times)}",
        ]


def register_meter(app: Flask) -> None:
    """Give each request of the app a name, count it, and log a line of it; no address, image or token is in that."""
    app.extensions[_EXTENSION] = Meter()
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_end)


def request_id() -> str:
    """Return the name of the current request."""
    return str(g.get("request_id", ""))


def metrics_text() -> str:
    """Return all that is counted in this app, in the text format of Prometheus."""
    meter = current_app.extensions[_EXTENSION]
    assert isinstance(meter, Meter)
    queues: dict[str, MicroBatcher[Any, Any]] = {
        "generator": images_in_memory().queue,
        "classifier": models_in_use().queue,
        "copies": models_in_use().copies_queue,
    }
    return "\n".join([*meter.lines(), *_queue_lines(queues)]) + "\n"


def _queue_lines(queues: dict[str, MicroBatcher[Any, Any]]) -> list[str]:
    found = ["# TYPE lesionlab_queue_waiting gauge"]
    found += [f'lesionlab_queue_waiting{{model="{name}"}} {queue.waiting}' for name, queue in queues.items()]
    for what in ("asked", "refused", "late", "gone", "passes", "items"):
        found.append(f"# TYPE lesionlab_queue_{what}_total counter")
        found += [
            f'lesionlab_queue_{what}_total{{model="{name}"}} {getattr(queue.counts, what)}'
            for name, queue in queues.items()
        ]
    return found


def _begin() -> None:
    given = request.headers.get(ID_HEADER, "")
    g.request_id = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
    g.begun = time.perf_counter()


def _end(response: Response) -> Response:
    meter = current_app.extensions[_EXTENSION]
    route = request.url_rule.rule if request.url_rule else "none"
    seconds = time.perf_counter() - g.get("begun", time.perf_counter())
    meter.add(route, response.status_code, seconds)
    response.headers[ID_HEADER] = request_id()
    _LOG.info("id=%s %s %s %d %.3f s", request_id(), request.method, route, response.status_code, seconds)
    return response


def _summed(numbers: list[int]) -> list[int]:
    total, found = 0, []
    for number in numbers:
        total += number
        found.append(total)
    return found
