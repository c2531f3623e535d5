"""What `gan sample` is asked for, and the folder that it goes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from lesionlab.core.errors import InputError, LesionLabError
from lesionlab.core.home import home
from lesionlab.records.sampling import SamplingPlan, read_plan
from lesionlab.records.synthetic import MANIFEST_NAME

MAX_COUNT = 1_000_000
EACH = 8  # images of a diagnosis, where nothing is said
ALL = "all"


def check_count(count: int) -> None:
    """Refuse a count outside 1..1,000,000.

    Raises:
        InputError: it is.
    """
    if not 1 <= count <= MAX_COUNT:
        raise InputError(f"--count {count} is outside 1..{MAX_COUNT:,}.", f"Ask for 1 to {MAX_COUNT:,} images.")


def counts_for(classes: Sequence[str], diagnosis: str, asked: Iterable[str]) -> dict[str, int]:
    """Return how many images of each diagnosis are asked for, by "200" for each of them or "mel=200" for one.

    Where single ones are named and no number for each, these are all.

    Raises:
        InputError: a count that cannot be read, is out of range, is given twice or is of a diagnosis not asked for, or
            more than 1,000,000 images in all.
    """
    named: dict[str, int] = {}
    for text in asked:
        code, count = _count(text)
        if code in named:
            before = f"{code}={named[code]}" if code else str(named[code])
            raise InputError(f"--count {text} comes after --count {before}.", "Give one count for each diagnosis.")
        named[code] = count
    each = named.pop("", None)
    codes = tuple(classes) if diagnosis == ALL else (diagnosis,)
    foreign = [code for code in named if code not in codes and diagnosis != ALL]
    if foreign:
        raise InputError(
            f"--count {foreign[0]}={named[foreign[0]]} and --diagnosis {diagnosis} contradict each other.",
            "Leave --diagnosis out: the counts name the diagnoses.",
        )
    if each is not None or not named:
        named = dict.fromkeys(codes, each or EACH) | named
    total = sum(named.values())
    if total > MAX_COUNT:
        raise InputError(
            f"{total:,} images are asked for; one folder takes {MAX_COUNT:,}.", "Ask for fewer, or use several folders."
        )
    ranks = {code: rank for rank, code in enumerate(classes)}
    return dict(sorted(named.items(), key=lambda item: ranks.get(item[0], len(ranks))))


def _count(text: str) -> tuple[str, int]:
    code, equals, number = text.rpartition("=")
    if not number.removeprefix("-").isdecimal() or len(number) > 20 or (equals and not code):
        raise InputError(
            f"--count {text[:40]} is no count.", "Write a whole number, or one for a diagnosis, such as mel=200."
        )
    check_count(int(number))
    return code, int(number)


def choose_folder(out: Path | None, label: str, plan: SamplingPlan) -> Path:
    """Return the folder to write to: `out`; else the one in the home where this plan was stopped, or the next."""
    if out is not None:
        return out.resolve()
    parent = home() / "samples"
    there = sorted(parent.glob("*/")) if parent.is_dir() else []
    for folder in there:
        if not (folder / MANIFEST_NAME).exists() and _plan_of(folder) == plan:
            return folder
    number = len(there)
    while list(parent.glob(f"{number:05d}-*")):
        number += 1
    return parent / f"{number:05d}-{label}"


def _plan_of(folder: Path) -> SamplingPlan | None:
    try:
        return read_plan(folder)
    except LesionLabError:
        return None
