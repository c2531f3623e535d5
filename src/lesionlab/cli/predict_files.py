"""Image files to answers: one bad file never stops the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lesionlab.cli.failures import explain_os_error
from lesionlab.cli.text import bar
from lesionlab.core.diagnoses import describe
from lesionlab.core.errors import InputError, LesionLabError
from lesionlab.core.files import write_bytes
from lesionlab.core.imaging import Pixels, read_for_model, square
from lesionlab.core.notice import NOTICE
from lesionlab.core.png import encode_png
from lesionlab.inference.heatmap import overlay
from lesionlab.inference.predictor import Prediction, Predictor
from lesionlab.inference.provenance import read_provenance
from lesionlab.inference.sample_finish import SHEET_NAME
from lesionlab.records.card import ModelCard
from lesionlab.records.synthetic import MANIFEST_NAME

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif")
MAP_SIDE_PX = 512


@dataclass(frozen=True)
class Answer:
    """What became of one file: a prediction, or cause and cure of why there is none."""

    path: Path
    prediction: Prediction | None = None
    provenance: dict[str, Any] | None = None  # of a synthetic image
    error: tuple[str, str] | None = None


def find_images(names: Sequence[str]) -> list[Path]:
    """Return the files named, and for each folder the image files in it by name.

    Raises:
        InputError: a folder holds no image.
    """
    paths: list[Path] = []
    for name in names:
        path = Path(name)
        if not path.is_dir():
            paths.append(path)
            continue
        found = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and not _is_hidden_or_sheet(p))
        if not found:
            raise InputError(f"The folder {path} holds no image.", f"Known endings: {', '.join(SUFFIXES)}.")
        paths += found
    return paths


def _is_hidden_or_sheet(path: Path) -> bool:
    sampled = (path.parent / MANIFEST_NAME).is_file()
    return path.name.startswith(".") or (sampled and path.name == SHEET_NAME)


def predict_files(predictor: Predictor, paths: Sequence[Path]) -> Iterator[Answer]:
    """Yield an answer for each file, in order; one image is in memory at a time."""
    for path in paths:
        try:
            (prediction,) = predictor.predict([read_for_model(path)])
            yield Answer(path, prediction, read_provenance(path.read_bytes()))
        except LesionLabError as error:
            yield Answer(path, error=(error.cause, error.cure))
        except OSError as error:
            yield Answer(path, error=explain_os_error(OSError(error.errno, error.strerror)))


@dataclass
class Answers:
    """All answers of one call, as JSON or told one by one."""

    card: ModelCard
    images: list[dict[str, Any]] = field(default_factory=list)
    failed: int = 0

    def add(self, answer: Answer) -> None:
        """Keep an answer for the JSON, and count it when it failed."""
        plain: dict[str, Any] = {"file": str(answer.path)}
        if answer.prediction is None:
            cause, cure = answer.error or ("", "")
            self.failed += 1
            plain["error"] = {"cause": cause, "cure": cure}
        else:
            plain["decision"] = answer.prediction.decision
            plain["probabilities"] = {code: round(p, 6) for code, p in self._shares(answer.prediction)}
            plain["provenance"] = answer.provenance
        self.images.append(plain)

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        model = {"name": self.card.name, "sha256": self.card.weights_sha256}
        names = {code: describe(code).name for code in self.card.classes}
        return {"notice": NOTICE, "model": model, "names": names, "images": self.images}

    def as_text(self, answer: Answer) -> str:
        """Return the bars and the decision of one answer; nothing where it failed."""
        if answer.prediction is None:
            return ""
        shares = sorted(self._shares(answer.prediction), key=lambda pair: -pair[1])
        width = max(len(_label(code)) for code in self.card.classes)
        bars = [f"  {_label(code):<{width}}  {bar(p)} {p:6.1%}" for code, p in shares]
        decided = describe(answer.prediction.decision)
        made = answer.provenance or {}
        asked = made.get("diagnosis", "between diagnoses")
        origin = [f"  a synthetic image, made as '{asked}'"] if made.get("synthetic") else []
        return "\n".join([str(answer.path), *bars, f"  decision: {decided.name}, {decided.plain}", *origin, ""])

    def _shares(self, prediction: Prediction) -> list[tuple[str, float]]:
        return [(code, float(p)) for code, p in zip(self.card.classes, prediction.probabilities, strict=True)]


def _label(code: str) -> str:
    name = describe(code).name
    return code if name == code else f"{name} ({code})"


def check_map(map_file: Path | None, paths: Sequence[Path]) -> None:
    """Refuse a map that could not be written for just one image, or that would replace it.

    Raises:
        InputError: several images, a file name without .png, or the image's own.
    """
    if map_file is None:
        return
    if len(paths) != 1:
        raise InputError(f"--map is for one image, and {len(paths)} were given.", "Give one image with --map.")
    if map_file.suffix.lower() != ".png" or map_file.resolve() == paths[0].resolve():
        raise InputError(f"The map cannot be written to {map_file}.", "Give --map a new file that ends in .png.")


def write_map(map_file: Path, answer: Answer, card: ModelCard) -> None:
    """Write the evidence for the decision, laid over the image's centre square, as PNG."""
    assert answer.prediction is not None
    seen: Pixels = square(read_for_model(answer.path), MAP_SIDE_PX)
    drawn = overlay(seen, answer.prediction.maps[card.classes.index(answer.prediction.decision)])
    about = f"Class activation map for {describe(answer.prediction.decision).name} by {card.name}"
    write_bytes(map_file, encode_png(drawn, {"Description": about, "Disclaimer": NOTICE}))
