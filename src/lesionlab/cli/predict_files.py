"""Answers about image files, as JSON or told one by one, and the map of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from lesionlab.cli.failures import report
from lesionlab.cli.text import bar
from lesionlab.core.diagnoses import describe
from lesionlab.core.errors import InputError
from lesionlab.core.files import write_bytes
from lesionlab.core.imaging import Pixels, read_for_model, square
from lesionlab.core.notice import NOTICE
from lesionlab.core.png import encode_png
from lesionlab.core.processes import cores
from lesionlab.inference.heatmap import overlay
from lesionlab.inference.prediction_stream import FILES_AT_ONCE, Answer, Asking, predict_files
from lesionlab.inference.predictor import Prediction
from lesionlab.inference.scope import Judgement
from lesionlab.records.card import ModelCard

MAP_SIDE_PX = 512


@dataclass
class Answers:
    """All answers of one call, as JSON or told one by one."""

    card: ModelCard
    images: list[dict[str, Any]] = field(default_factory=list)
    failed: int = 0

    def add(self, answer: Answer, judgement: Judgement | None) -> None:
        """Keep an answer for the JSON, and count it when it failed."""
        plain: dict[str, Any] = {"file": str(answer.path)}
        if answer.prediction is None:
            self.failed += 1
            plain["error"] = {"cause": answer.error.cause, "cure": answer.error.cure} if answer.error else None
        else:
            plain["decision"] = answer.prediction.decision
            plain["probabilities"] = {code: round(p, 6) for code, p in self._shares(answer.prediction)}
            plain["prediction_set"] = list(answer.prediction.prediction_set)
            plain["scope"] = None if judgement is None else _scope(judgement)
            plain["provenance"] = answer.provenance
        self.images.append(plain)

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        model = {"name": self.card.name, "sha256": self.card.weights_sha256}
        names = {code: describe(code).name for code in self.card.classes}
        return {"notice": NOTICE, "model": model, "names": names, "images": self.images}

    def as_text(self, answer: Answer, judgement: Judgement | None) -> str:
        """Return the bars and the decision of one answer, or why there is no result; nothing where it failed."""
        if answer.prediction is None:
            return ""
        remarks = [f"  {judgement.words}"] if judgement is not None and judgement.words else []
        if answer.in_scope is False:
            return "\n".join([str(answer.path), *remarks, ""])
        shares = sorted(self._shares(answer.prediction), key=lambda pair: -pair[1])
        width = max(len(_label(code)) for code in self.card.classes)
        bars = [f"  {_label(code):<{width}}  {bar(p)} {p:6.1%}" for code, p in shares]
        decided = describe(answer.prediction.decision)
        made = answer.provenance or {}
        asked = made.get("diagnosis", "between diagnoses")
        origin = [f"  a synthetic image, made as '{asked}'"] if made.get("synthetic") else []
        among = ", ".join(map(_label, answer.prediction.prediction_set))
        ways = [f"  prediction set: {among}"] if among else []
        return "\n".join(
            [str(answer.path), *bars, f"  decision: {decided.name}, {decided.plain}", *ways, *origin, *remarks, ""]
        )

    def _shares(self, prediction: Prediction) -> list[tuple[str, float]]:
        return [(code, float(p)) for code, p in zip(self.card.classes, prediction.probabilities, strict=True)]


def _scope(judgement: Judgement) -> dict[str, Any]:
    return {
        "in_scope": judgement.in_scope,
        "oddness": round(judgement.oddness, 4),
        "limit": judgement.limit,
        "remarks": {remark.code: remark.words for remark in judgement.remarks},
        "words": judgement.words,
    }


def _label(code: str) -> str:
    name = describe(code).name
    return code if name == code else f"{name} ({code})"


def check_outputs(paths: Sequence[Path], map_file: Path | None, out: Path | None, as_json: bool) -> None:
    """Refuse outputs that exclude each other, and a map that could not be written or would replace its image.

    Raises:
        InputError: two outputs, a map of several images, a file name without .png, or the image's own.
    """
    if out is not None and (as_json or map_file is not None):
        raise InputError("--out excludes --json and --map.", "Fill the table first, then ask about one image.")
    if map_file is None:
        return
    if len(paths) != 1:
        raise InputError(f"--map is for one image, and {len(paths)} were given.", "Give one image with --map.")
    if map_file.suffix.lower() != ".png" or map_file.resolve() == paths[0].resolve():
        raise InputError(f"The map cannot be written to {map_file}.", "Give --map a new file that ends in .png.")


def streams_for(files: int) -> int:
    """Return how many streams answer so many files soonest: one core each, but all of them together for a few."""
    return cores() if files > FILES_AT_ONCE else 1


def tell_answers(asked: Asking, paths: Sequence[Path], as_json: bool, map_file: Path | None) -> int:
    """Print an answer for each file, write the map, and return how many could not be classified."""
    card = asked.predictor.card
    answers = Answers(card)
    for answer in predict_files(asked, paths, cores()):
        if answer.error is not None:
            report(f"{answer.path}: {answer.error.cause}", answer.error.cure)
        judgement = None
        if asked.scope is not None and answer.prediction is not None:
            judgement = asked.scope.judge(read_for_model(answer.path))
        if not as_json:
            typer.echo(answers.as_text(answer, judgement), nl=answer.prediction is not None)
        answers.add(answer, judgement)
        if map_file is not None and answer.prediction is not None:
            write_map(map_file, answer, card)
    typer.echo(json.dumps(answers.as_json(), indent=2, ensure_ascii=False) if as_json else NOTICE)
    if map_file is not None and not answers.failed and not as_json:
        typer.echo(f"Map: {map_file}")
    return answers.failed


def write_map(map_file: Path, answer: Answer, card: ModelCard) -> None:
    """Write the evidence for the decision, laid over the image's centre square, as PNG."""
    assert answer.prediction is not None
    seen: Pixels = square(read_for_model(answer.path), MAP_SIDE_PX)
    drawn = overlay(seen, answer.prediction.maps[card.classes.index(answer.prediction.decision)])
    about = f"Class activation map for {describe(answer.prediction.decision).name} by {card.name}"
    write_bytes(map_file, encode_png(drawn, {"Description": about, "Disclaimer": NOTICE}))
