"""A release: the set of exported models that belong together, pinned by hash."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.files import sha256_of, write_json
from lesionlab.records.card import read_card
from lesionlab.records.codec import from_plain, to_plain

RELEASE_NAME = "release.json"
MAX_RELEASE_BYTES = 40 * 2**20
ROLES = ("generator", "classifier")


@dataclass(frozen=True)
class Pin:
    """One file of a release: its SHA-256 and size."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Release:
    """A pinned set: `files` maps each path inside the release folder to its pin."""

    name: str
    files: dict[str, Pin]


def make_release(folder: Path, name: str, exports: Mapping[str, Path]) -> Release:
    """Copy an export for each role into a new set, pin it, and put it in the place of `folder`.

    Raises:
        InputError: `folder` holds something that no release has, which would be lost.
        ModelError: a role is missing, an export is of the other kind, class lists differ, or the set is too large;
            what was in `folder` stays.
    """
    _check_replaceable(folder)
    cards = {role: read_card(exports[role]) for role in ROLES if role in exports}
    for role, card in cards.items():
        if card.kind != role:
            raise ModelError(f"{exports[role]} is a {card.kind}, not a {role}.", f"Name a {role}.")
    if len({card.classes for card in cards.values()}) > 1:
        raise ModelError("The models have different class lists.", "Release models that were trained on one data set.")
    beside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        for role in cards:
            shutil.copytree(exports[role], beside / role)
        release = pin_release(beside, name)
        shutil.rmtree(folder, ignore_errors=True)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return release


def _check_replaceable(folder: Path) -> None:
    if folder.is_file():
        raise InputError(f"{folder} is a file.", "Name a folder.")
    foreign = sorted(path.name for path in folder.glob("*") if path.name not in (RELEASE_NAME, *ROLES))
    if foreign:
        holds = ", ".join(foreign[:3])
        raise InputError(f"{folder} holds {holds}, which no release has.", "Name a new folder, or that of a release.")


def pin_release(folder: Path, name: str) -> Release:
    """Pin every file below `folder` as it is now and write `release.json`.

    Raises:
        ModelError: a role is missing, or the set is larger than 40 MB.
    """
    for role in ROLES:
        if not (folder / role).is_dir():
            raise ModelError(f"The release {folder} has no {role}.", "Copy an export to this folder first.")
    paths = sorted(p for role in ROLES for p in (folder / role).rglob("*") if p.is_file())
    files = {p.relative_to(folder).as_posix(): Pin(sha256_of(p), p.stat().st_size) for p in paths}
    total = sum(pin.size_bytes for pin in files.values())
    if total > MAX_RELEASE_BYTES:
        raise ModelError(
            f"The release has {total / 2**20:.1f} MB; the limit is {MAX_RELEASE_BYTES / 2**20:.0f} MB.",
            "Release a narrower classifier.",
        )
    release = Release(name, files)
    write_json(folder / RELEASE_NAME, to_plain(release))
    return release


def read_release(folder: Path) -> Release:
    """Read `release.json`.

    Raises:
        ModelError: there is none, or it is damaged.
    """
    path = folder / RELEASE_NAME
    try:
        return from_plain(Release, json.loads(path.read_text(encoding="utf-8")), str(path), ModelError)
    except FileNotFoundError as error:
        raise ModelError(f"{folder} holds no release.", "Install LesionLab again, or name a model folder.") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelError(f"{path} is damaged: {error}.", "Install LesionLab again.") from error


def verify_release(folder: Path) -> list[str]:
    """Return what differs from the pins, one sentence each; empty when the set is whole and unmixed."""
    problems = []
    release = read_release(folder)
    for relative, pin in release.files.items():
        path = folder / relative
        if not path.is_file():
            problems.append(f"{relative} is missing.")
        elif path.stat().st_size != pin.size_bytes:
            problems.append(f"{relative} has {path.stat().st_size:,} bytes, pinned are {pin.size_bytes:,}.")
        elif sha256_of(path) != pin.sha256:
            problems.append(f"{relative} has another SHA-256 than pinned.")
    present = {p.relative_to(folder).as_posix() for role in ROLES for p in (folder / role).rglob("*") if p.is_file()}
    problems += [f"{relative} does not belong to the release." for relative in sorted(present - set(release.files))]
    return problems
