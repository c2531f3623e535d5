"""More requests than the models can answer: most are answered, the rest told when to come again."""

from __future__ import annotations

import http.client
import io
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from apiflask import APIFlask

from lesionlab.inference.predictor import Predictor
from lesionlab.records.card import read_card
from lesionlab.web.app import create_app
from lesionlab.web.batching import CAPACITY
from lesionlab.web.config import WebConfig
from lesionlab.web.models_in_use import ModelsInUse
from lesionlab.web.morph import ANIMATING
from lesionlab.web.server import running
from lesionlab.web.set_file import MAKING

WAIT_S = 10.0


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let no classifier answer before this is set."""
    may = threading.Event()
    predict = Predictor.predict

    def waits(self: Predictor, images):
        assert may.wait(WAIT_S)
        return predict(self, images)

    monkeypatch.setattr(Predictor, "predict", waits)
    yield may
    may.set()


def models_of(app: APIFlask) -> ModelsInUse:
    models = app.extensions["lesionlab.models"]
    assert isinstance(models, ModelsInUse)
    return models


def until(true) -> None:
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_beyond_the_queue_it_is_503_with_the_time_to_come_again(config: WebConfig, held, jpeg: bytes, refused) -> None:
    app = create_app(config)
    models_of(app).predictor()

    def ask():
        return app.test_client().post("/api/v1/classify", data={"image": (io.BytesIO(jpeg), "a.jpg")})

    with ThreadPoolExecutor(CAPACITY + 2) as pool:
        waiting = [pool.submit(ask) for _ in range(CAPACITY + 2)]  # two of them have begun
        until(lambda: models_of(app).queue.waiting == CAPACITY)
        late = ask()
        held.set()
        assert {each.result(WAIT_S).status_code for each in waiting} == {200}
    assert "Try again in 2 seconds." in refused(late, 503)
    assert late.headers["Retry-After"] == "2"
    counts = models_of(app).queue.counts
    assert counts.refused == 1
    assert counts.passes <= 2 + -(-CAPACITY // 8) + 1  # they shared passes


def test_a_page_that_is_half_out_ends_with_the_problem(config: WebConfig, held, monkeypatch, as_page) -> None:
    app = create_app(config)
    queue = models_of(app).queue
    monkeypatch.setattr(queue, "_capacity", 0)
    response = app.test_client().get("/generate?count=2")
    assert response.status_code == 200
    assert "no more are taken" in as_page(response.text).text
    assert response.text.rstrip().endswith("</html>")


def test_a_client_that_went_away_leaves_the_queue(config: WebConfig, held, monkeypatch, jpeg: bytes) -> None:
    kept: list[ModelsInUse] = []
    init = ModelsInUse.__init__
    monkeypatch.setattr(ModelsInUse, "__init__", lambda self, config: (init(self, config), kept.append(self))[0])
    with running(config) as address:
        port = int(address.rsplit(":", 1)[1].strip("/"))
        [models] = kept
        models.predictor()
        connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S) for _ in range(3)]
        for connection in connections:
            connection.request("GET", "/classify?procedural=mel:3")
        until(lambda: models.queue.waiting == 1)
        for connection in connections:
            assert connection.sock is not None
            connection.sock.shutdown(socket.SHUT_RDWR)
            connection.close()
        until(lambda: models.queue.counts.gone == 1)
        assert models.queue.waiting == 0
        held.set()


def test_more_sets_and_animations_than_may_are_told_to_come_again(config: WebConfig, refused) -> None:
    client = create_app(config).test_client()
    tag = read_card(config.generator).weights_sha256[:12]
    for door, address in ((MAKING, "/generate/set.zip?count=1"), (ANIMATING, f"/morph/{tag}/animation.webp?start=nv")):
        with door, door:
            refused(client.get(address), 503)
        assert client.get(address).status_code == 200
