from __future__ import annotations

import ast
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import run
from launch import commands, environment, installer, places
from launch.failures import LaunchError


def test_a_python_that_is_new_enough_gets_no_complaint():
    assert run.complaint((3, 11)) == ""
    assert run.complaint((4, 0)) == ""


def test_a_python_that_is_too_old_is_told_its_version_and_the_one_needed(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    told = run.complaint((3, 9))
    assert "Python 3.9" in told
    assert "3.11" in told
    assert "Install" in told


def test_a_newer_python_that_is_there_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/python3.12" if name == "python3.12" else None)
    assert "python3.12 run.py" in run.complaint((3, 8))


def test_run_py_can_be_parsed_by_an_old_python(root: Path):
    ast.parse((root / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_help_prints_the_commands_and_installs_nothing(root: Path, tmp_path: Path):
    told = subprocess.run(
        [sys.executable, root / "run.py", "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for command in commands.COMMANDS:
        if command != "serve":
            assert f"python run.py {command}" in told.stdout
    assert told.stderr == ""


def test_an_unknown_command_is_answered_with_the_known_ones(capsys):
    assert commands.main(["tset"]) == 2
    told = capsys.readouterr().err
    assert "'tset'" in told
    assert "test" in told.splitlines()[1]


def test_setting_up_takes_no_options(capsys):
    assert commands.main(["setup", "--fast"]) == 2
    assert "--fast" in capsys.readouterr().err


def test_bare_options_go_to_serve(monkeypatch):
    handed = []
    monkeypatch.setattr(commands, "ensure", lambda environment: handed.append(environment.folder.name))
    monkeypatch.setattr(commands, "_hand_over", lambda command: handed.append(command[1:]) or 0)
    assert commands.main(["--port", "9000", "--no-browser"]) == 0
    assert handed == [".venv", ["serve", "--port", "9000", "--no-browser"]]


def test_with_train_the_app_is_served_from_where_it_can_train(monkeypatch):
    handed = []
    monkeypatch.setattr(commands, "ensure", lambda environment: handed.append(environment.folder.name))
    monkeypatch.setattr(commands, "_hand_over", lambda command: handed.append(command[1:]) or 0)
    assert commands.main(["--train", "--port", "9000"]) == 0
    assert handed == [".venv-dev", ["serve", "--port", "9000"]]


def test_test_passes_its_arguments_to_pytest_of_the_development_environment(monkeypatch):
    handed: list[str] = []
    monkeypatch.setattr(commands, "ensure", lambda environment: handed.append(environment.folder.name))
    monkeypatch.setattr(commands, "_hand_over", lambda command: handed.extend(command) or 0)
    monkeypatch.setattr(commands.os, "chdir", lambda folder: None)
    assert commands.main(["test", "-k", "sampler", "-n", "0"]) == 0
    assert handed[0] == ".venv-dev"
    assert handed[2:] == ["-m", "pytest", "-k", "sampler", "-n", "0"]


MODULES = ["--dist", "loadfile", "-n"]


@pytest.mark.parametrize(
    ("arguments", "cores", "expected"),
    [([], 1, []), ([], 2, [*MODULES, "2"]), ([], 32, [*MODULES, "8"]), (["-n", "2"], 32, []), (["--pdb"], 32, [])],
)
def test_several_processes_are_used_where_there_are_cores_and_no_choice_was_made(arguments, cores, expected):
    assert commands.workers(arguments, cores) == expected


def test_ctrl_c_says_how_to_go_on(monkeypatch, capsys):
    def interrupted(environment):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "ensure", interrupted)
    assert commands.main([]) == 130
    assert "goes on" in capsys.readouterr().out


def test_being_told_to_end_is_as_ctrl_c(monkeypatch, capsys):
    def told_to_end(environment):
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(commands, "ensure", told_to_end)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert commands.start([]) == 130
    finally:
        signal.signal(signal.SIGTERM, before)


def test_an_error_of_the_system_becomes_a_cause_and_a_cure(monkeypatch, capsys):
    def full(environment):
        raise OSError(28, "No space left on device", "/somewhere")

    monkeypatch.setattr(commands, "ensure", full)
    assert commands.main([]) == 2
    cause, cure = capsys.readouterr().err.splitlines()
    assert "disk is full" in cause
    assert "/somewhere" in cause
    assert "again" in cure


def test_the_two_environments_use_different_folders_and_locks(tmp_path: Path):
    serve, develop = places.serving(tmp_path), places.developing(tmp_path)
    assert serve.folder != develop.folder
    assert serve.lock.name == "serve.lock"
    assert develop.lock.name == "dev.lock"
    assert "torch" in develop.probe
    assert "torch" not in serve.probe


def test_the_download_is_largest_on_linux_where_torch_brings_cuda(tmp_path: Path):
    linux, mac = places.developing(tmp_path, "linux"), places.developing(tmp_path, "darwin")
    assert linux.download_mb > 2 * mac.download_mb


def test_variables_of_another_python_do_not_reach_the_children():
    given = {"PYTHONPATH": "/x", "VIRTUAL_ENV": "/y", "PIP_USER": "1", "PIP_INDEX_URL": "kept", "PATH": "/bin"}
    cleaned = places.clean_environ(given)
    assert not {"PYTHONPATH", "VIRTUAL_ENV", "PIP_USER"} & set(cleaned)
    assert cleaned["PIP_INDEX_URL"] == "kept"
    assert cleaned["UV_COMPILE_BYTECODE"] == "1"


def small(tmp_path: Path, installed_mb: int = 1) -> places.Environment:
    lock = tmp_path / "a.lock"
    lock.write_text("one==1 \\\n    --hash=sha256:00\ntwo==2\n")
    return places.Environment(tmp_path / ".venv", lock, "a test", "json", 0, installed_mb)


def test_an_environment_that_is_current_is_left_alone(tmp_path: Path, monkeypatch):
    place = small(tmp_path)
    place.scripts.mkdir(parents=True)
    place.python.touch()
    environment.write_mark(place.folder, environment.stamp_now(places.ROOT, place.lock))
    monkeypatch.setattr(environment, "_set_up", lambda *_: pytest.fail("nothing should be installed"))
    environment.ensure(place)


def test_an_environment_of_somebody_else_is_refused_and_kept(tmp_path: Path):
    place = small(tmp_path)
    place.folder.mkdir()
    (place.folder / "precious").touch()
    with pytest.raises(LaunchError, match="did not make") as raised:
        environment.ensure(place)
    assert str(place.folder) in raised.value.cure
    assert (place.folder / "precious").exists()


def test_a_disk_that_is_too_small_is_told_before_anything_is_removed(tmp_path: Path):
    place = small(tmp_path, installed_mb=10**9)
    place.folder.mkdir()
    environment.write_mark(place.folder, None)
    with pytest.raises(LaunchError, match=r"1,100,000,000 MB.*the disk has") as raised:
        environment.ensure(place)
    assert raised.value.kind == "disk"
    assert place.folder.exists()


def recorded(monkeypatch, fail_at: str = "") -> list[str]:
    """Record the titles of the steps in place of running them."""
    titles: list[str] = []

    def step(title, command, env, log):
        titles.append(title)
        if fail_at and title.startswith(fail_at):
            raise KeyboardInterrupt

    monkeypatch.setattr(installer, "run_step", step)
    monkeypatch.setattr(installer, "index_from_pip", lambda python, env: {})
    monkeypatch.setattr(environment, "uv_on_path", lambda env: None)
    return titles


def test_from_nothing_all_steps_run_once_and_the_second_time_none(tmp_path: Path, monkeypatch, capsys):
    place = small(tmp_path)
    titles = recorded(monkeypatch)
    environment.ensure(place)
    assert [title.split()[0] for title in titles] == ["Making", "Installing", "Installing", "Installing", "Checking"]
    assert "up to 2 packages" in titles[2]
    assert "MB to download" in capsys.readouterr().out
    place.scripts.mkdir(parents=True)
    place.python.touch()
    environment.ensure(place)
    assert len(titles) == 5


def test_one_that_was_stopped_midway_is_made_anew(tmp_path: Path, monkeypatch, capsys):
    place = small(tmp_path)
    recorded(monkeypatch, fail_at="Installing LesionLab")
    with pytest.raises(KeyboardInterrupt):
        environment.ensure(place)
    (place.folder / "rubbish").touch()
    titles = recorded(monkeypatch)
    environment.ensure(place)
    assert titles[0] == "Making .venv"
    assert not (place.folder / "rubbish").exists()
    assert "anew" in capsys.readouterr().out


@pytest.mark.parametrize(("installer_there", "made_anew"), [("uv", False), ("pip", False), ("", True)])
def test_changed_requirements_update_in_place_where_something_can_install(
    tmp_path: Path, monkeypatch, capsys, installer_there: str, made_anew: bool
):
    place = small(tmp_path)
    place.scripts.mkdir(parents=True)
    place.python.touch()
    if installer_there:
        place.command(installer_there).touch()
    stamp = environment.stamp_now(places.ROOT, place.lock)
    environment.write_mark(place.folder, type(stamp)(stamp.base, "others"))
    titles = recorded(monkeypatch)
    environment.ensure(place)
    assert ("Making .venv" in titles) is made_anew
    assert "up to date" in capsys.readouterr().out
