"""`python -m benchmarks`: our way beside the plain way, in turns, as rates and their ratio."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import (
    classifier_training,
    classifying,
    collecting,
    duplicates,
    inferring,
    measuring,
    preparing,
    sampling,
    training,
)
from benchmarks.comparison import Comparison
from benchmarks.machine import facts
from benchmarks.quiet import others, refusal

RESULTS = Path(__file__).resolve().parent / "results"
BENCHES: dict[str, Callable[[], Iterator[Comparison]]] = {
    "prepare": preparing.comparisons,
    "collect": collecting.comparisons,
    "classify": inferring.classifier_comparisons,
    "predict": classifying.comparisons,
    "generate": inferring.generator_comparisons,
    "sample": sampling.comparisons,
    "train": training.comparisons,
    "train-classifier": classifier_training.comparisons,
    "duplicates": duplicates.comparisons,
    "measure": measuring.comparisons,
}


def main(arguments: list[str] | None = None) -> int:
    """Run the benches that were asked for, on a quiet machine only; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("benches", nargs="*", help=f"some of: {', '.join(BENCHES)} (all, when none is named)")
    parser.add_argument("--save", action="store_true", help="keep the figures in benchmarks/results/")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.benches if name not in BENCHES]
    if unknown:
        sys.stderr.write(f"There is no bench '{unknown[0]}'.\nThere are: {', '.join(BENCHES)}.\n")
        return 2
    busy = others()
    why_not = refusal(busy)
    if why_not:
        sys.stderr.write(f"{why_not}\n")
        return 2
    if busy is None:
        print("This system does not tell what else is running: see to it that nothing is.")
    machine = facts()
    for name, value in machine.items():
        print(f"{name:>13}  {value}")
    print(f"\n{'':<44} {'ours':>9} {'plain':>9} {'':<10} {'ratio':>8}  plain is")
    found = []
    for name in chosen.benches or BENCHES:
        for comparison in BENCHES[name]():
            print(comparison.to_line(), flush=True)
            found.append(comparison)
    if chosen.save:
        print(f"\nSaved as {save(found, machine, RESULTS)}.")
    return 0


def save(found: list[Comparison], machine: dict[str, str], folder: Path) -> Path:
    """Write the figures of one run beside the machine that made them."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d-%H%M}.json"
    rows = [{**dataclasses.asdict(comparison), "ratio": round(comparison.ratio, 3)} for comparison in found]
    path.write_text(json.dumps({"machine": machine, "comparisons": rows}, indent=2) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
