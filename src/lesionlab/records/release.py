"""A release: the set of exported models that belong together, pinned by hash."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.files import sha256_of, write_json
from lesionlab.core.names import a
from lesionlab.records.card import CARD_NAME, ModelCard, read_card, write_card
from lesionlab.records.codec import from_plain, to_plain

RELEASE_NAME = "release.json"
MAX_RELEASE_BYTES = 40 * 2**20
ROLES = ("generator", "classifier")
EXTRACTORS = "extractors"  # the folder that holds those of a release, each under its name


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


def make_release(folder: Path, name: str, exports: Mapping[str, Path], extractors: Sequence[Path] = ()) -> Release:
    """Copy an export for each role, and extractors, into a new set, pin it, and put it in the place of `folder`.

    Raises:
        InputError: `folder` holds something that no release has, which would be lost.
        ModelError: a role is missing, an export is of another kind, class lists differ, an extractor sees no image of
            the generator's size or shares its name, or the set is too large; what was in `folder` stays.
    """
    _check_replaceable(folder)
    cards = {role: read_card(exports[role]) for role in ROLES if role in exports}
    places = {role: exports[role] for role in cards}
    for role, card in cards.items():
        _check_kind(exports[role], card, role)
    if len({card.classes for card in cards.values()}) > 1:
        raise ModelError("The models have different class lists.", "Release models that were trained on one data set.")
    for extractor in extractors:
        card = read_card(extractor)
        _check_kind(extractor, card, "extractor")
        _check_extractor(card, cards.get("generator"), places)
        places[f"{EXTRACTORS}/{card.name}"] = extractor
    beside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        for place, export in places.items():
            shutil.copytree(export, beside / place)
        release = pin_release(beside, name)
        shutil.rmtree(folder, ignore_errors=True)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return release


def _check_replaceable(folder: Path) -> None:
    if folder.is_file():
        raise InputError(f"{folder} is a file.", "Name a folder.")
    foreign = sorted(path.name for path in folder.glob("*") if path.name not in (RELEASE_NAME, EXTRACTORS, *ROLES))
    if foreign:
        holds = ", ".join(foreign[:3])
        raise InputError(f"{folder} holds {holds}, which no release has.", "Name a new folder, or that of a release.")


def _check_kind(export: Path, card: ModelCard, kind: str) -> None:
    if card.kind != kind:
        raise ModelError(f"{export} is {a(card.kind)}, not {a(kind)}.", f"Name {a(kind)}.")


def _check_extractor(card: ModelCard, generator: ModelCard | None, places: Mapping[str, Path]) -> None:
    if f"{EXTRACTORS}/{card.name}" in places:
        raise ModelError(f"Two extractors are called {card.name}.", "Name each extractor once.")
    if generator is not None and card.image.size_px != generator.image.size_px:
        raise ModelError(
            f"{card.name} sees images of {card.image.size_px} px, the generator makes {generator.image.size_px} px.",
            "Release an extractor of the generator's size: `lesionlab models extractor`.",
        )


def members(folder: Path) -> list[str]:
    """Return the places of the models of a release in its folder: those with a role, then its extractors by name."""
    extractors = sorted(card.parent.name for card in (folder / EXTRACTORS).glob(f"*/{CARD_NAME}"))
    return [*(role for role in ROLES if (folder / role).is_dir()), *(f"{EXTRACTORS}/{name}" for name in extractors)]


def pin_release(folder: Path, name: str) -> Release:
    """Let each card below `folder` name the other models, pin every file, and write `release.json`.

    Raises:
        ModelError: a role is missing, or the set is larger than 40 MB.
    """
    for role in ROLES:
        if not (folder / role).is_dir():
            raise ModelError(f"The release {folder} has no {role}.", "Copy an export to this folder first.")
    cards = {place: read_card(folder / place) for place in members(folder)}
    for place, card in cards.items():
        write_card(folder / place, replace(card, companions=_companions(place, cards)))
    files = {place: Pin(sha256_of(folder / place), (folder / place).stat().st_size) for place in _files(folder)}
    total = sum(pin.size_bytes for pin in files.values())
    if total > MAX_RELEASE_BYTES:
        raise ModelError(
            f"The release has {total / 2**20:.1f} MB; the limit is {MAX_RELEASE_BYTES / 2**20:.0f} MB.",
            "Release a narrower classifier.",
        )
    release = Release(name, files)
    write_json(folder / RELEASE_NAME, to_plain(release))
    return release


def _companions(place: str, cards: Mapping[str, ModelCard]) -> dict[str, str]:
    return {other: card.weights_sha256 for other, card in cards.items() if other != place}


def _files(folder: Path) -> list[str]:
    """Return the files below the folders of the models, as paths inside the release."""
    paths = [path for top in (*ROLES, EXTRACTORS) for path in (folder / top).rglob("*") if path.is_file()]
    return sorted(path.relative_to(folder).as_posix() for path in paths)


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
    problems += [
        f"{relative} does not belong to the release." for relative in _files(folder) if relative not in release.files
    ]
    return problems or _strangers(folder)


def _strangers(folder: Path) -> list[str]:
    """Return which models are not those that the others' cards name: a set of files from two releases."""
    cards = {place: read_card(folder / place) for place in members(folder)}
    return [
        f"{place} names other models as its companions than those here."
        for place, card in cards.items()
        if card.companions != _companions(place, cards)
    ]
