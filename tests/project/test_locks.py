"""The locks are in step with pyproject.toml, complete in hashes, and free of any address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

LOCKS = ("serve", "dev", "tools")


@pytest.fixture(scope="module")
def pyproject(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def pins(path: Path) -> dict[str, set[Version]]:
    found: dict[str, set[Version]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(Version(version))
    return found


def wanted(pyproject: dict[str, Any], lock: str) -> list[Requirement]:
    project, build = pyproject["project"], pyproject["build-system"]["requires"]
    extras = project["optional-dependencies"]
    lines = [
        *project["dependencies"],
        *build,
        *(extras["train"] + extras["collect"] + extras["dev"] if lock == "dev" else []),
    ]
    return [r for r in map(Requirement, lines) if r.name != "lesionlab"]


@pytest.mark.parametrize("lock", ["serve", "dev"])
def test_every_requirement_of_the_project_is_locked_at_a_version_it_allows(root: Path, pyproject, lock: str):
    locked = pins(root / "requirements" / f"{lock}.lock")
    for requirement in wanted(pyproject, lock):
        versions = locked.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement} is not in {lock}.lock: run `make lock`"
        assert all(version in requirement.specifier for version in versions), f"{requirement}: run `make lock`"


def test_serving_needs_no_torch(root: Path):
    locked = pins(root / "requirements" / "serve.lock")
    assert not {"torch", "torchvision", "onnx", "pytest"} & set(locked)


def test_what_serves_has_the_same_versions_where_it_is_tested(root: Path):
    serve, dev = pins(root / "requirements" / "serve.lock"), pins(root / "requirements" / "dev.lock")
    assert {name: dev.get(name) for name in serve} == serve


def test_the_build_requirements_are_those_of_pyproject(root: Path, pyproject):
    lines = (root / "requirements" / "build.in").read_text(encoding="utf-8").splitlines()
    listed = {line for line in lines if line and not line.startswith("#")}
    assert set(pyproject["build-system"]["requires"]) <= listed


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(root: Path, lock: str):
    text = (root / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text)
    without = [entry.split("==")[0] for entry in entries if re.match(r"[\w.-]+==", entry) and "sha256:" not in entry]
    assert without == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_holds_an_address_or_a_path(root: Path, lock: str):
    text = (root / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|--index|--extra-index|--find-links|file:|(?:^|\s)/\w", text)
