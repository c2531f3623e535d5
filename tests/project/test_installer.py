from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from launch import installer
from launch.alone import alone
from launch.failures import NETWORK, LaunchError
from launch.installer import Installer, translate_pip_config, uv_on_path, version_of
from launch.places import Environment


def place(tmp_path: Path) -> Environment:
    return Environment(tmp_path / ".venv", tmp_path / "a.lock", "a test", "json", 0, 1)


@pytest.mark.parametrize(
    ("text", "version"), [("uv 0.13.9 (abc 2026-01-01)", (0, 13, 9)), ("uv 1.0", (1, 0)), ("?", (0,))]
)
def test_versions_are_read_from_what_a_program_prints(text: str, version: tuple[int, ...]):
    assert version_of(text) == version


def fake_uv(folder: Path, version: str) -> Path:
    program = folder / "uv"
    program.write_text(f"#!/bin/sh\necho 'uv {version}'\n")
    program.chmod(0o755)
    return program


def test_a_uv_on_the_path_is_taken_when_it_is_new_enough(tmp_path: Path):
    program = fake_uv(tmp_path, "0.9.1")
    assert uv_on_path({}, lambda name: str(program)) == program
    assert uv_on_path({}, lambda name: None) is None


def test_a_uv_that_is_too_old_or_broken_is_left_aside(tmp_path: Path):
    program = fake_uv(tmp_path, "0.1.2")
    assert uv_on_path({}, lambda name: str(program)) is None
    assert uv_on_path({}, lambda name: str(tmp_path / "missing")) is None


def test_every_installation_of_a_lock_checks_hashes(tmp_path: Path):
    for chosen in (Installer(tmp_path / "python", tmp_path / "uv"), Installer(tmp_path / "python", None)):
        assert "--require-hashes" in chosen.requirements(tmp_path / "a.lock")
        assert "--no-deps" in chosen.project(tmp_path)
        assert "--no-build-isolation" in chosen.project(tmp_path)


def test_pip_installs_where_uv_has_no_build(tmp_path: Path, monkeypatch, capsys):
    def fails(title, command, env, log):
        raise LaunchError("no build", "none", "no package")

    monkeypatch.setattr(installer, "run_step", fails)
    assert installer.choose(place(tmp_path), None, {}, tmp_path / "log").uv is None
    assert "pip installs" in capsys.readouterr().out


def test_pip_is_not_tried_where_the_network_is_missing(tmp_path: Path, monkeypatch):
    def fails(title, command, env, log):
        raise NETWORK

    monkeypatch.setattr(installer, "run_step", fails)
    with pytest.raises(LaunchError):
        installer.choose(place(tmp_path), None, {}, tmp_path / "log")


def test_a_python_without_ensurepip_is_told_which_package_to_install(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(installer.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(LaunchError) as raised:
        installer.make(place(tmp_path), None, {}, tmp_path / "log")
    assert "-venv" in raised.value.cure


def test_the_index_that_pip_is_set_up_with_is_passed_on_to_uv():
    listing = "global.index-url='https://mirror.example/simple'\ninstall.cert='/etc/own.pem'\nglobal.timeout='60'\n"
    assert translate_pip_config(listing, {}) == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "SSL_CERT_FILE": "/etc/own.pem",
    }
    assert translate_pip_config(listing, {"UV_DEFAULT_INDEX": "x", "SSL_CERT_FILE": "y"}) == {}
    assert translate_pip_config("", {}) == {}


HOLD = """
import sys, time
from pathlib import Path
from launch.alone import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_set_up_waits_and_gets_the_lock_when_the_first_is_killed(root: Path, tmp_path: Path, capsys):
    path = tmp_path / ".venv.lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, path], cwd=root, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        killer = threading.Timer(0.5, first.kill)
        killer.start()
        started = time.monotonic()
        with alone(path):
            waited = time.monotonic() - started
        killer.join()
    assert waited > 0.3
    assert "setting up .venv; waiting" in capsys.readouterr().out
