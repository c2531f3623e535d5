"""uv where it can be had, pip where not: the commands that make an environment and fill it."""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from launch.console import run_step, say
from launch.failures import LaunchError
from launch.places import ROOT, TOOLS_LOCK, Environment

OLDEST_UV = (0, 5)  # the first that reads universal locks with hashes as these are written

Command = list[str | Path]

NO_ENSUREPIP = LaunchError(
    "This Python cannot make environments: it lacks ensurepip, which Debian and Ubuntu pack apart.",
    f"Run `apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv` as root (or install uv), "
    "then run this again.",
    "no ensurepip",
)


@dataclass(frozen=True)
class Installer:
    """The program that installs: `uv` is its path, or None for pip."""

    python: Path
    uv: Path | None

    def requirements(self, lock: Path) -> Command:
        """Return the command that installs a lock, every hash checked."""
        return [*self._install(), "--require-hashes", "-r", lock]

    def project(self, root: Path) -> Command:
        """Return the command that installs the project itself: editable, nothing fetched."""
        return [*self._install(), "--no-deps", "--no-build-isolation", "--editable", root]

    def _install(self) -> Command:
        if self.uv:
            return [self.uv, "pip", "install", "--python", self.python]
        return [self.python, "-m", "pip", "install", "--progress-bar", "off"]


def uv_on_path(env: Mapping[str, str], find: Callable[[str], str | None] = shutil.which) -> Path | None:
    """Return the user's own uv when there is one that is new enough."""
    found = find("uv")
    if not found:
        return None
    try:
        told = subprocess.run([found, "--version"], env=dict(env), capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Path(found) if version_of(told.stdout) >= OLDEST_UV else None


def version_of(text: str) -> tuple[int, ...]:
    """Return the first dotted version in a text, (0,) where there is none."""
    match = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(number) for number in match[0].split(".")) if match else (0,)


def make(environment: Environment, uv: Path | None, env: Mapping[str, str], log: Path) -> None:
    """Make the bare environment of this very Python.

    Raises:
        LaunchError: this Python cannot, or the disk refuses.
    """
    title = f"Making {environment.folder.name}"
    if uv:
        command: Command = [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable]
        run_step(title, [*command, environment.folder], env, log)
        return
    if not importlib.util.find_spec("ensurepip") or not importlib.util.find_spec("venv"):
        raise NO_ENSUREPIP
    run_step(title, [sys.executable, "-m", "venv", environment.folder], env, log)


def can_install(environment: Environment, uv: Path | None) -> bool:
    """Return whether there is anything to install with: what a user's uv made holds no pip, and that uv may be gone."""
    return bool(uv) or any(environment.command(name).exists() for name in ("uv", "pip"))


def choose(environment: Environment, uv: Path | None, env: Mapping[str, str], log: Path) -> Installer:
    """Return the user's uv, the one locked here, or pip where uv has no build.

    Raises:
        LaunchError: the network, the disk or the certificates are in the way: pip would fail as well.
    """
    own = environment.command("uv")
    if uv or own.exists():
        return Installer(environment.python, uv or own)
    command: Command = [environment.python, "-m", "pip", "install", "--progress-bar", "off"]
    try:
        command += ["--require-hashes", "--only-binary", ":all:", "-r", TOOLS_LOCK]
        run_step("Installing uv", command, env, log)
    except LaunchError as error:
        if error.kind in ("network", "disk", "certificate", "permission", "changed"):
            raise
        say("  uv has no build here: pip installs in its place, which takes longer.")
        return Installer(environment.python, None)
    return Installer(environment.python, own)


def index_from_pip(python: Path, env: Mapping[str, str]) -> dict[str, str]:
    """Return uv's variables for the index and certificate that pip is set up with: uv reads no pip.conf."""
    told = subprocess.run(
        [python, "-m", "pip", "config", "list"], env=dict(env), capture_output=True, text=True, timeout=60
    )
    return translate_pip_config(told.stdout, env)


def translate_pip_config(listing: str, env: Mapping[str, str]) -> dict[str, str]:
    """Translate the lines of `pip config list`; what uv's own variables say goes first."""
    settings = dict(re.findall(r"^(?:global|install|:env:)\.([a-z-]+)='(.*)'$", listing, flags=re.MULTILINE))
    variables = {}
    if "index-url" in settings and not _any(env, "UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        variables["UV_DEFAULT_INDEX"] = settings["index-url"]
    if "cert" in settings and not _any(env, "SSL_CERT_FILE"):
        variables["SSL_CERT_FILE"] = settings["cert"]
    return variables


def _any(env: Mapping[str, str], *names: str) -> bool:
    return any(env.get(name) for name in names)


def probe_command(environment: Environment) -> Sequence[str | Path]:
    """Return the command that shows whether what was installed can be imported."""
    return [environment.python, "-c", f"import {environment.probe}"]


def fill(environment: Environment, env: Mapping[str, str], uv: Path | None, log: Path) -> None:
    """Install the lock and the project, then see that it imports.

    Raises:
        LaunchError: a step failed.
    """
    installer = choose(environment, uv, env, log)
    # A uv of the user's own is set up by its own means; the one locked here should reach what pip just reached.
    variables = dict(env) if uv or not installer.uv else {**env, **index_from_pip(environment.python, env)}
    count = sum(line[:1].isalnum() for line in environment.lock.read_text(encoding="utf-8").splitlines())
    run_step(f"Installing up to {count} packages", installer.requirements(environment.lock), variables, log)
    run_step("Installing LesionLab", installer.project(ROOT), variables, log)
    run_step("Checking that it starts", probe_command(environment), env, log)


def has_space(environment: Environment) -> LaunchError | None:
    """Return the error for a disk that is too small for what is to come, None when there is room."""
    free_mb = shutil.disk_usage(environment.folder.parent).free // 10**6
    needed_mb = environment.installed_mb * 11 // 10  # what is downloaded is unpacked as it comes
    if free_mb >= needed_mb:
        return None
    return LaunchError(
        f"{environment.folder.name} needs about {needed_mb:,} MB while it is made; the disk has {free_mb:,} MB left.",
        "Free some space, or put LesionLab on a larger disk, then run this again.",
        "disk",
    )
