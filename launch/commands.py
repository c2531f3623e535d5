"""The few commands of run.py."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

from launch.console import complain, say
from launch.environment import ensure
from launch.failures import LaunchError, explain_os_error
from launch.places import ROOT, Environment, clean_environ, developing, serving

HELP = """\
LesionLab's launcher: sets up what is needed, once, then runs it.

  python run.py [options of `lesionlab serve`]   serve the web app; for example --port 9000, --no-browser;
                                                 with --train from .venv-dev, so that it can train (5.5 GB)
  python run.py test [options of pytest]         run the fast tests; for example -k sampler, or -m browser
  python run.py setup                            set up .venv (serving: no torch) and stop
  python run.py setup-dev                        set up .venv-dev (training, tests, checks) and stop
  python run.py --help                           this text

Afterwards the command line is .venv/bin/lesionlab (serving) and .venv-dev/bin/lesionlab (training too);
on Windows .venv\\Scripts\\lesionlab. Delete these two folders to be rid of everything that was installed.
"""

TRAIN = "--train"


def start(arguments: Sequence[str]) -> int:
    """Be the launcher of this process: being told to end is as Ctrl-C, so that no step goes on without its launcher."""
    signal.signal(signal.SIGTERM, _stop)
    return main(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run a command of run.py and return its exit status."""
    try:
        return _dispatch(arguments)
    except LaunchError as error:
        complain(error)
        return 2
    except OSError as error:
        complain(explain_os_error(error))
        return 2
    except KeyboardInterrupt:
        say("Stopped. Run the same again: it goes on from here.")
        return 130


def _stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _dispatch(arguments: Sequence[str]) -> int:
    first, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if first in ("-h", "--help", "help"):
        say(HELP.rstrip())
        return 0
    if first.startswith("-") or not first:
        return _serve(arguments)
    if first not in COMMANDS:
        raise LaunchError(f"run.py knows no '{first[:40]}'.", f"It knows: {', '.join(COMMANDS)}; see --help.")
    return COMMANDS[first](rest)


def _serve(arguments: Sequence[str]) -> int:
    environment = developing() if TRAIN in arguments else serving()
    ensure(environment)
    asked = [argument for argument in arguments if argument != TRAIN]
    return _hand_over([str(environment.command("lesionlab")), "serve", *asked])


def _test(arguments: Sequence[str]) -> int:
    environment = developing()
    ensure(environment)
    os.chdir(ROOT)
    return _hand_over([str(environment.python), "-m", "pytest", *workers(arguments), *arguments])


def workers(arguments: Sequence[str], cores: int | None = os.cpu_count()) -> list[str]:
    """Return pytest's options for a process a core; a module stays in one, for the models that its tests share."""
    chosen = any(a.startswith(("-n", "--numprocesses", "--pdb", "-s")) for a in arguments)
    return [] if chosen or (cores or 1) < 2 else ["--dist", "loadfile", "-n", str(min(cores or 1, 8))]


def _setup(arguments: Sequence[str]) -> int:
    return _only_set_up(serving(), arguments)


def _setup_dev(arguments: Sequence[str]) -> int:
    return _only_set_up(developing(), arguments)


def _only_set_up(environment: Environment, arguments: Sequence[str]) -> int:
    if arguments:
        raise LaunchError(f"'{arguments[0][:40]}' is one word too many.", "Setting up takes no options.")
    ensure(environment)
    return 0


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "serve": _serve,
    "test": _test,
    "setup": _setup,
    "setup-dev": _setup_dev,
}


def _hand_over(command: list[str]) -> int:
    """Become the command, so that signals and the exit status are its own; on Windows run it and wait."""
    env = clean_environ(os.environ)
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(command[0], command, env)
    with subprocess.Popen(command, env=env) as process:
        while process.poll() is None:
            try:
                process.wait()
            except KeyboardInterrupt:
                continue  # the child got it as well and ends by itself
    return process.returncode
