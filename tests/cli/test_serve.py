from __future__ import annotations

import socket

import pytest

from lesionlab.jobs import tether
from lesionlab.web import server
from lesionlab.web.config import WebConfig


@pytest.fixture
def served(monkeypatch) -> list[tuple[object, ...]]:
    """The calls of the web server, which is not started."""
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(server, "serve", lambda *arguments: calls.append(arguments))
    monkeypatch.setattr(tether, "begin_tethered", lambda command: ["worker begun", command[-1]])
    monkeypatch.setattr(tether, "end_tethered", lambda process: calls.append(tuple(process)))
    return calls


def test_models_host_port_and_browser_are_passed_on(run, served, own_models):
    result = run("serve", "--generator", "painter", "--classifier", "judge", "--port", 9000, "--no-browser")
    assert result.exit_code == 0, result.output
    config = WebConfig(own_models / "painter", own_models / "judge")
    assert served == [(config, "127.0.0.1", 9000, False), ("worker begun", "worker")]


def test_without_a_port_the_server_may_choose(run, served, own_models):
    run("serve", "--generator", "painter", "--classifier", "judge")
    assert served[0][2:] == (None, True)


def test_missing_model_is_refused_before_serving(refused, served, own_models):
    cause, _ = refused("serve", "--generator", "painter", "--classifier", "jury")
    assert "no classifier 'jury'" in cause
    assert served == []


def test_port_in_use_is_refused(refused, own_models):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        asked = (
            "serve",
            "--generator",
            "painter",
            "--classifier",
            "judge",
            "--no-browser",
            "--no-worker",
            "--port",
            port,
        )
        cause, cure = refused(*asked)
    assert f"Port {port} is in use" in cause
    assert cure


def test_without_torch_or_where_it_is_not_wanted_no_worker_is_begun(run, served, own_models, monkeypatch):
    asked = ("serve", "--generator", "painter", "--classifier", "judge")
    run(*asked, "--no-worker")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    run(*asked)
    assert [len(call) for call in served] == [4, 4]
