from __future__ import annotations

from flask.testing import FlaskClient

from lesionlab import __version__
from lesionlab.core.notice import NOTICE
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig


def test_all_is_well(client: FlaskClient) -> None:
    response = client.get("/healthz")
    body = response.get_json()
    assert response.status_code == 200
    assert (body["status"], body["version"], body["notice"]) == ("ok", __version__, NOTICE)
    assert all(model["ok"] for model in body["models"].values())


def test_a_damaged_model_is_told_while_the_app_goes_on(damaged: WebConfig, config: WebConfig) -> None:
    client = create_app(WebConfig(config.generator, damaged.classifier)).test_client()
    response = client.get("/healthz")
    body = response.get_json()
    assert (response.status_code, body["status"]) == (200, "degraded")
    assert body["models"]["generator"]["ok"]
    assert "cut or changed" in body["models"]["classifier"]["error"]["cure"]


def test_ready_is_who_can_answer(client: FlaskClient, damaged: WebConfig, config: WebConfig, refused) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.get_json()["status"]) == (200, "ok")
    broken = create_app(WebConfig(config.generator, damaged.classifier)).test_client()
    assert "cut or changed" in refused(broken.get("/readyz"), 503)
