from __future__ import annotations

import io
import logging
from collections import Counter

from flask.testing import FlaskClient

from lesionlab.web.metering import ID_HEADER, Meter


class Since:
    """What an app has counted since this was made; it counts what it is asked here as well, later."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self._before = self._read()

    def _read(self) -> Counter[str]:
        lines = [line for line in self._client.get("/metrics").text.splitlines() if not line.startswith("#")]
        return Counter({name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)})  # type: ignore[misc]

    def __call__(self) -> Counter[str]:
        found = self._read()
        found.subtract(self._before)
        return found


def test_answers_are_counted_by_route_and_status_and_never_by_address(client: FlaskClient) -> None:
    since = Since(client)
    for address in ("/models", "/models", "/classify?synthetic=nv:7", "/nowhere"):
        client.get(address)
    found = since()
    assert found['lesionlab_requests_total{route="/models",status="200"}'] == 2
    assert found['lesionlab_requests_total{route="none",status="404"}'] == 1
    assert not any("nv:7" in name or "nowhere" in name for name in found)
    assert found['lesionlab_request_seconds_bucket{le="+Inf"}'] == found["lesionlab_request_seconds_count"] == 5


def test_queues_tell_requests_and_passes(client: FlaskClient, jpeg: bytes) -> None:
    since = Since(client)
    client.post("/classify", data={"image": (io.BytesIO(jpeg), "mole.jpg")})
    client.get("/generate?diagnosis=nv&count=32&seed=77000")
    found = since()
    assert found['lesionlab_queue_passes_total{model="generator"}'] == 2
    assert found['lesionlab_queue_items_total{model="classifier"}'] == 33
    assert found['lesionlab_queue_waiting{model="classifier"}'] == 0


def test_the_histogram_sums_up() -> None:
    meter = Meter()
    for seconds in (0.005, 0.05, 0.05, 99):
        meter.add("/x", 200, seconds)
    lines = meter.lines()
    assert 'lesionlab_request_seconds_bucket{le="0.01"} 1' in lines
    assert 'lesionlab_request_seconds_bucket{le="0.1"} 3' in lines
    assert 'lesionlab_request_seconds_bucket{le="10.0"} 3' in lines
    assert 'lesionlab_request_seconds_bucket{le="+Inf"} 4' in lines


def test_every_answer_has_a_name_of_its_own_or_the_one_given(client: FlaskClient) -> None:
    one, other = (client.get("/healthz").headers[ID_HEADER] for _ in range(2))
    assert one != other
    assert client.get("/nowhere", headers={ID_HEADER: "watch-0001"}).headers[ID_HEADER] == "watch-0001"
    for odd in ("short", "with space here", "x" * 65, "new\tline-long"):
        assert client.get("/healthz", headers={ID_HEADER: odd}).headers[ID_HEADER] != odd


def test_the_log_names_the_request_and_keeps_what_was_asked_to_itself(client: FlaskClient, caplog, jpeg: bytes) -> None:
    caplog.set_level(logging.INFO, logger="lesionlab.web.requests")
    response = client.post("/classify?secret=word", data={"image": (io.BytesIO(jpeg), "my-name.jpg")})
    [line] = [record.getMessage() for record in caplog.records if record.name == "lesionlab.web.requests"]
    assert line.startswith(f"id={response.headers[ID_HEADER]} POST /classify 200 ")
    assert "my-name" not in line
    assert "secret" not in line
