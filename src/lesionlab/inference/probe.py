"""Check this machine's engine against the outputs that torch gave when the model was exported."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from lesionlab.core.errors import ModelError
from lesionlab.inference.engine import load_engine
from lesionlab.records.card import PROBE_NAME, check_weights, read_card

INPUTS = {"generator": ("latent", "mix"), "classifier": ("image",), "extractor": ("image",)}
TOLERANCE = 2 / 255  # of an image in -1..1; of the largest value for logits, features and maps


def probe_difference(folder: Path) -> float:
    """Return the largest |engine - torch| over the probe's outputs, each relative to its own largest value, at least 1.

    Raises:
        ModelError: there is no probe, it is damaged or names other outputs, or the weights are not the card's.
    """
    card = read_card(folder)
    probe = _read(folder / PROBE_NAME)
    inputs = INPUTS[card.kind]
    outputs = load_engine(check_weights(folder, card)).run({name: probe[name] for name in inputs if name in probe})
    expected = {name: values for name, values in probe.items() if name not in inputs}
    if set(expected) != set(outputs):
        raise ModelError(
            f"The probe in {folder} holds {', '.join(sorted(expected))}; the model gives {', '.join(sorted(outputs))}.",
            "Export the model again.",
        )
    return max(
        float(np.abs(outputs[name] - values).max()) / max(1.0, float(np.abs(values).max()))
        for name, values in expected.items()
    )


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except FileNotFoundError as error:
        raise ModelError(f"{path.parent} holds no {path.name}.", "Export the model again.") from error
    except (ValueError, OSError, zipfile.BadZipFile, EOFError) as error:
        raise ModelError(f"{path} is damaged.", "Export the model again, or fetch it again.") from error
