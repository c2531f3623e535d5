from __future__ import annotations

import errno
import subprocess
import sys

import pytest

import lesionlab
from lesionlab.cli import main
from lesionlab.core.errors import DataError

HEAVY = ("torch", "torchvision", "numpy", "PIL", "openvino", "onnxruntime", "flask", "apiflask", "pydantic", "rich")


def test_version(run):
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout == f"LesionLab {lesionlab.__version__}\n"


def test_help_names_every_command_and_the_notice(run):
    result = run("--help")
    assert result.exit_code == 0
    for word in ("data", "gan", "classifier", "models", "serve", "Not a diagnosis."):
        assert word in " ".join(result.stdout.split())


@pytest.mark.parametrize("group", [[], ["gan"], ["classifier"], ["models"], ["data"]])
def test_group_alone_prints_its_help(run, group):
    result = run(*group)
    assert "Commands:" in result.output
    assert "Traceback" not in result.output


def test_command_modules_import_nothing_heavy():
    code = f"import lesionlab.cli.main, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_module_runs_as_a_command():
    done = subprocess.run([sys.executable, "-m", "lesionlab", "gan", "smaple"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: No such command 'smaple'. Did you mean 'sample'?",
        "  next: Run `lesionlab gan --help` to see what it accepts.",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["trian"], "No such command 'trian'."),
        (["gan", "sample", "--cuont", "3"], "No such option: --cuont"),
        (["gan", "sample", "--seed", "abc"], "Invalid value for '--seed'"),
        (["gan", "sample", "--seed"], "--seed"),
        (["classifier", "predict"], "Missing argument 'FILE'."),
    ],
)
def test_what_cannot_be_parsed_is_refused_in_two_lines(refused, arguments, told):
    cause, cure = refused(*arguments)
    assert told in cause
    assert "--help`" in cure


def _failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr("lesionlab.inference.catalogue.list_models", fail)


def test_error_of_the_family_gives_cause_and_cure(monkeypatch, refused):
    _failing(monkeypatch, DataError("It is so.", "Do this."))
    assert refused("models", "list") == ("It is so.", "Do this.")


def test_full_disk_gives_cause_and_cure(monkeypatch, refused):
    _failing(monkeypatch, OSError(errno.ENOSPC, "No space left on device", "/somewhere/x"))
    cause, cure = refused("models", "list")
    assert cause == "No space left on device (/somewhere/x)."
    assert "LESIONLAB_HOME" in cure


def test_ctrl_c_leaves_with_130(monkeypatch, run):
    _failing(monkeypatch, KeyboardInterrupt())
    assert run("models", "list").exit_code == 130


def test_unexpected_failure_leaves_a_log_and_no_traceback(monkeypatch, run, home):
    _failing(monkeypatch, ZeroDivisionError("deep inside"))
    result = run("models", "list")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert len(result.stderr.splitlines()) == 2
    (log,) = (home / "logs").iterdir()
    assert str(log) in result.stderr
    assert "ZeroDivisionError: deep inside" in log.read_text()


def test_unexpected_failure_is_told_even_where_no_log_can_be_written(monkeypatch, run, home):
    _failing(monkeypatch, ZeroDivisionError("deep inside"))
    home.parent.joinpath("home").write_text("a file, not a folder")
    result = run("models", "list")
    assert result.exit_code == 1
    assert "deep inside" in result.stderr


def test_main_speaks_as_lesionlab(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["/some/where/__main__.py", "gan", "nothing"])
    with pytest.raises(SystemExit) as left:
        main.main()
    assert left.value.code == 2
    assert "lesionlab gan --help" in capsys.readouterr().err
