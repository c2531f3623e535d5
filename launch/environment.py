"""Make an environment, bring it up to date, or find that there is nothing to do."""

import os
import shutil
import time
from pathlib import Path

from launch.alone import alone
from launch.console import say, seconds
from launch.failures import LaunchError
from launch.installer import can_install, fill, has_space, make, uv_on_path
from launch.places import ROOT, Environment, clean_environ
from launch.stamp import State, stamp_now, state_of, write_mark


def ensure(environment: Environment) -> None:
    """Return with the environment as its lock and pyproject.toml want it.

    Raises:
        LaunchError: it cannot be made, or something else stands in its place.
    """
    wanted = stamp_now(ROOT, environment.lock)
    if state_of(environment.folder, environment.python, wanted) is State.CURRENT:
        return
    with alone(environment.folder.with_name(f"{environment.folder.name}.lock")):
        state = state_of(environment.folder, environment.python, wanted)
        if state is State.CURRENT:
            return
        if state is State.FOREIGN:
            raise _not_ours(environment)
        started = time.monotonic()
        say(announcement(environment, state))
        _set_up(environment, state)
        write_mark(environment.folder, wanted)
        say(f"Set up in {seconds(time.monotonic() - started)}.")


def announcement(environment: Environment, state: State) -> str:
    """Return the sentence that goes before the work."""
    name = environment.folder.name
    if state is State.OUTDATED:
        return f"Bringing {name} up to date: the requirements have changed."
    reason = " anew (the one here is half-made, moved, or of another Python)" if state is State.UNUSABLE else ""
    return (
        f"Setting up {name}{reason} for {environment.purpose}, once: "
        f"up to {environment.download_mb:,} MB to download, {environment.installed_mb:,} MB on disk."
    )


def _set_up(environment: Environment, state: State) -> None:
    env = clean_environ(os.environ)
    uv = uv_on_path(env)
    update = state is State.OUTDATED and can_install(environment, uv)
    if not update:
        problem = has_space(environment)
        if problem:
            raise problem
        _remove(environment.folder)
        environment.folder.mkdir(parents=True)
    write_mark(environment.folder, None)
    log = environment.folder / "setup.log"
    if not update:
        make(environment, uv, env, log)
    fill(environment, env, uv, log)


def _not_ours(environment: Environment) -> LaunchError:
    return LaunchError(
        f"There is a {environment.folder.name} here that run.py did not make.",
        f"Rename or delete {environment.folder}, then run this again.",
    )


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
