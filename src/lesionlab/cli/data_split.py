"""`lesionlab data split`: other splits of prepared data than its own, as files that runs may name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lesionlab.data.prepared import PreparedData
    from lesionlab.records.split import Split


def split(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A prepared data set, by name or folder.")],
    folds: Annotated[int | None, typer.Option(metavar="K", help="K folds by lesion group.")] = None,
    leave_out_source: Annotated[
        bool, typer.Option("--leave-out-source", help="A split for each source, which is tested.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The seed of the folds and of their validation parts.")] = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where to write.", show_default="in LESIONLAB_HOME")
    ] = None,
) -> None:
    """Write other splits of prepared data: K folds, or one source left out; training takes each file by --split."""
    from lesionlab.core.errors import InputError
    from lesionlab.core.home import home
    from lesionlab.data.prepared import open_prepared

    if (folds is None) == (not leave_out_source):
        raise InputError("One of --folds and --leave-out-source is needed.", "Give --folds 5, or --leave-out-source.")
    data = open_prepared(name)
    kind = f"{folds}fold" if folds is not None else "leave-out-source"
    folder = out if out is not None else home() / "splits" / f"{data.name}-{kind}-seed{seed}"
    made = _folds(data, folds, seed) if folds is not None else _sources(data, seed)
    paths = _write(folder, {f"{_plain(label)}.csv": each.to_csv() for label, each in made.splits.items()} | made.others)
    typer.echo(_table(made.splits))
    for line in (*made.notes, *paths):
        typer.echo(line)
    first = folder / f"{_plain(next(iter(made.splits)))}.csv"
    typer.echo(f"  next: lesionlab gan train --data {data.name} --split {first}")


def _plain(label: str) -> str:
    """Return a label as a file name: a source may be called anything."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", label)


@dataclass(frozen=True)
class _Made:
    splits: dict[str, Split]
    notes: tuple[str, ...] = ()
    others: dict[str, bytes] = field(default_factory=dict)


def _folds(data: PreparedData, folds: int, seed: int) -> _Made:
    from lesionlab.data.folds import fold_split, make_folds
    from lesionlab.data.holding_out import added_images

    added = added_images(data)
    plan = make_folds(data.split, folds, seed, added)
    splits = {f"fold-{fold}": fold_split(data.split, plan, fold, added) for fold in range(folds)}
    note = f"Folds of {len(plan.fold_of):,} groups: SHA-256 {plan.sha256}"
    return _Made(splits, (note,), {"folds.csv": plan.to_csv()})


def _sources(data: PreparedData, seed: int) -> _Made:
    from lesionlab.data.source_holdout import hold_out_each_source

    splits, notes = {}, []
    for held in hold_out_each_source(data, seed):
        if held.split is None:
            notes.append(f"Not held out: {held.source}. {held.reason}")
            continue
        splits[f"without-{held.source}"] = held.split
        if held.spanning_groups:
            notes.append(
                f"without-{held.source}: {held.spanning_groups:,} groups span sources and are tested whole, with "
                f"{held.images_of_others:,} images of other sources."
            )
    return _Made(splits, tuple(notes))


def _write(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write the files, and return a line about each; a file that is there must be the same."""
    from lesionlab.core.errors import InputError
    from lesionlab.core.files import write_bytes

    there = [name for name, content in files.items() if (folder / name).is_file()]
    other = [name for name in there if (folder / name).read_bytes() != files[name]]
    if other:
        raise InputError(
            f"{folder / other[0]} is there and is another split; runs may refer to it.",
            "Name another folder with --out; nothing was written.",
        )
    for name, content in files.items():
        write_bytes(folder / name, content)
    return [f"{folder / name}: SHA-256 {sha256(content).hexdigest()}" for name, content in files.items()]


def _table(splits: Mapping[str, Split]) -> str:
    """Return the images of each class in training, validation and test of each split."""
    from lesionlab.cli.text import table
    from lesionlab.records.split import PARTS

    counts = {label: Counter((row.diagnosis, row.part) for row in each.rows) for label, each in splits.items()}
    classes = next(iter(splits.values())).classes
    rows = [(code, *("/".join(f"{of[code, part]:,}" for part in PARTS) for of in counts.values())) for code in classes]
    totals = [Counter(row.part for row in each.rows) for each in splits.values()]
    rows.append(("all", *("/".join(f"{of[part]:,}" for part in PARTS) for of in totals)))
    return table(("train/val/test", *splits), rows)
