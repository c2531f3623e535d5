from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator

import pytest

from lesionlab.core.errors import InputError
from lesionlab.web import server
from lesionlab.web.config import WebConfig
from lesionlab.web.server import PortError, has_display, listen, running


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_refused_with_the_next_step(taken: int) -> None:
    with pytest.raises(PortError) as refusal:
        listen("127.0.0.1", taken)
    assert str(taken) in refusal.value.cause
    assert "leave the port out" in refusal.value.cure


def test_without_a_port_the_next_free_one_is_taken(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "DEFAULT_PORT", taken)
    with listen("127.0.0.1", None) as listener:
        assert taken < listener.getsockname()[1] < taken + server.PORTS_TRIED


def test_when_no_port_is_free_it_says_so(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "DEFAULT_PORT", taken)
    monkeypatch.setattr(server, "PORTS_TRIED", 1)
    with pytest.raises(PortError, match="--port"):
        listen("127.0.0.1", None)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.org", "::", ""])
def test_other_hosts_than_this_machine_are_refused(host: str) -> None:
    with pytest.raises(InputError, match="this machine only"):
        listen(host, None)


@pytest.mark.parametrize("port", [-1, 65536])
def test_ports_out_of_range_are_refused(port: int) -> None:
    with pytest.raises(InputError, match="outside"):
        listen("127.0.0.1", port)


def test_it_listens_on_loopback_alone() -> None:
    with listen("localhost", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_it_serves_and_checks_its_own_port(config: WebConfig) -> None:
    with running(config) as address:
        port = int(address.rsplit(":", 1)[1].strip("/"))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        assert json.loads(answer.read())["status"] == "ok"
        assert answer.headers["Server"] == "LesionLab"
        connection.request("GET", "/healthz", headers={"Host": f"evil.example:{port}"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 400
        connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_20_mb_upload_gets_a_page_instead_of_a_broken_line(config: WebConfig) -> None:
    with running(config) as address:
        port = int(address.rsplit(":", 1)[1].strip("/"))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        body = b'--edge\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n' + b"x" * 20 * 2**20
        kind = {"Content-Type": "multipart/form-data; boundary=edge"}
        connection.request("POST", "/classify", body + b"\r\n--edge--\r\n", kind)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
    assert answer.status == 413
    assert "15 MB" in text


def test_serve_tells_its_address_and_opens_the_browser(
    config: WebConfig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(server, "has_display", lambda: True)
    monkeypatch.setattr(server.webbrowser, "open", opened.append)
    monkeypatch.setattr(server.BaseWSGIServer, "run", lambda self: self.close())
    server.serve(config, "127.0.0.1", 0, open_browser=True)
    [address] = opened
    assert address.startswith("http://127.0.0.1:")
    assert address in capsys.readouterr().out
    server.serve(config, "127.0.0.1", 0, open_browser=False)
    assert len(opened) == 1
    for thread in threading.enumerate():
        assert "waitress" not in thread.name or thread.daemon


def test_no_browser_in_continuous_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("CI", raising=False)
    assert has_display()
    monkeypatch.setenv("CI", "true")
    assert not has_display()
    monkeypatch.delenv("CI")
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not has_display()
