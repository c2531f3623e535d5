"""VGG-19-BN weights to begin with, as torchvision publishes them: from a file, or fetched with their hash checked."""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import torch
from torch import Tensor, nn
from torchvision.models import VGG19_BN_Weights

from lesionlab.core.errors import ModelError
from lesionlab.core.files import replacing, sha256_of
from lesionlab.core.home import pretrained_folder
from lesionlab.core.progress import Progress, silent
from lesionlab.models.architectures import Classifier
from lesionlab.models.weights import read_tensors
from lesionlab.records.options import IMAGENET

PUBLISHED = VGG19_BN_Weights.IMAGENET1K_V1
# What torchvision's weights expect of each colour channel in 0..1; ours come in -1..1.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
WAIT_S = 30.0
CHUNK_BYTES = 2**20


def pretrained_file(named: str, progress: Progress = silent) -> Path:
    """Return the file that the option `pretrained` names; for "imagenet", torchvision's, which is fetched once.

    Raises:
        ModelError: there is no such file, or it cannot be fetched or has another hash than its name tells.
    """
    if named != IMAGENET:
        if not Path(named).is_file():
            raise ModelError(f"There is no file {named}.", "Name a file with torchvision's vgg19_bn weights.")
        return Path(named)
    path = pretrained_folder() / Path(urlsplit(PUBLISHED.url).path).name
    if not path.is_file():
        _fetch(PUBLISHED.url, path, progress)
    return path


def _fetch(url: str, path: Path, progress: Progress) -> None:
    """Fetch a file whose name ends in the first digits of its SHA-256."""
    cure = f"Try again, or bring {path.name} from elsewhere and give its place: --set pretrained=FILE."
    try:
        with replacing(path) as beside:
            _download(url, beside, progress)
            digest, told = sha256_of(beside), re.search(r"-([0-9a-f]{8,})\.", path.name)
            if told is None or not digest.startswith(told[1]):
                raise ModelError(f"What came for {path.name} has the SHA-256 {digest[:12]}: it is not that file.", cure)
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it holds the connection
        raise ModelError(f"{path.name} could not be fetched: {error}.", cure) from error


def _download(url: str, path: Path, progress: Progress) -> None:
    with urllib.request.urlopen(url, timeout=WAIT_S) as answer, path.open("wb") as file:
        total, done = float(answer.headers.get("Content-Length", 0)), 0
        while chunk := answer.read(CHUNK_BYTES):
            file.write(chunk)
            done += len(chunk)
            progress(done / 1e6, total / 1e6)


def load_pretrained(network: Classifier, path: Path) -> None:
    """Load the trunk of torchvision's VGG-19-BN from `.safetensors` or `.pth` into a network of width 1.

    The first convolution is changed so that it gives for our images, -1..1, what it gave for torchvision's, which are
    normalised by channel; only at the border, where zeros mean another grey, does it differ.

    Raises:
        ModelError: the file is damaged, is of another network, or holds numbers that are not finite.
    """
    weights = read_tensors(path)
    trunk = {name.removeprefix("features."): w for name, w in weights.items() if name.startswith("features.")}
    try:
        network.features.load_state_dict(trunk)
    except RuntimeError as error:
        raise ModelError(
            f"{path} does not fit VGG-19 with batch norm at width 1.", "Use torchvision's vgg19_bn weights."
        ) from error
    broken = [name for name, w in trunk.items() if w.is_floating_point() and not bool(torch.isfinite(w).all())]
    if broken:
        raise ModelError(
            f"{path} holds NaN or infinite numbers in {len(broken)} of its {len(trunk)} tensors, such as {broken[0]}.",
            "Fetch or make the file again.",
        )
    first = network.features[0]
    assert isinstance(first, nn.Conv2d)
    _expect_unit_images(first)


@torch.no_grad()
def _expect_unit_images(first: nn.Conv2d) -> None:
    """Turn a convolution of (x - mean) / deviation, x in 0..1, into one of 2 x - 1."""
    mean, deviation = (torch.tensor(each)[None, :, None, None] for each in (MEAN, DEVIATION))
    assert first.bias is not None
    first.bias += _sum(first.weight * (0.5 - mean) / deviation)
    first.weight *= 0.5 / deviation


def _sum(kernels: Tensor) -> Tensor:
    return kernels.sum(dim=(1, 2, 3))
