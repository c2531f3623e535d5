"""VGG-19 with random weights: a feature space that no image has shaped (Naeem et al. 2020, section 4.3)."""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lesionlab.core.errors import InputError
from lesionlab.core.seeds import derive_seed
from lesionlab.models.block_means import BlockMeans
from lesionlab.models.vgg19 import Vgg19
from lesionlab.records.feature_space import FeatureSpace

WIDTH = 0.25
BATCH = 64
CALIBRATION_IMAGES = 64
SKIN = (205.0, 155.0, 140.0)  # about which the colours of the calibration images lie
LIGHT_SPREAD, COLOUR_SPREAD = 40.0, 12.0
# Goes into the hash with the weights: raise it when the calibration or the pooling changes.
RECIPE = "1: He normal by Philox; batch norm fixed on 64 images of 1/f noise; ReLU means at the end of each block"

Pixels = NDArray[np.uint8]


class RandomVgg:
    """VGG-19 at a quarter of its width, frozen, its kernels drawn by numpy's Philox from `seed`.

    Batch norm keeps the statistics of 64 images of 1/f noise in the colours of skin; without it the layers would
    squeeze all images together. Its features are block means.

    Raises:
        InputError: the size is not a multiple of 16 px.
    """

    def __init__(self, seed: int, image_size_px: int, device: str | torch.device = "cpu") -> None:
        trunk, sha256 = random_trunk(seed, image_size_px)
        self._device = torch.device(device)
        self._network = BlockMeans(trunk).to(self._device)
        self.space = FeatureSpace(space_name(seed), sha256, self._network.dims, image_size_px)

    def features(self, images: Pixels) -> NDArray[np.float32]:
        """Return the features float32 [n, 368] of images uint8 [n, S, S, 3] of the space's size.

        Raises:
            InputError: images of another size or number type.
        """
        self.space.check_images(images)
        rows = [self._features(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
        return np.concatenate(rows) if rows else np.empty((0, self.space.dims), np.float32)

    @torch.no_grad()
    def _features(self, images: Pixels) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._network(_to_tensor(images).to(self._device)).cpu().numpy()
        return found


def space_name(seed: int) -> str:
    """Name the space of a seed."""
    return f"vgg19-random-{seed}"


def random_trunk(seed: int, image_size_px: int) -> tuple[nn.Sequential, str]:
    """Return the convolutions of a `RandomVgg`, frozen, and the SHA-256 that names them.

    Raises:
        InputError: the size is not a multiple of 16 px.
    """
    if image_size_px < 16 or image_size_px % 16:
        raise InputError(f"A VGG-19 takes no images of {image_size_px} px.", "Choose a multiple of 16.")
    with torch.random.fork_rng(devices=[]):  # torch draws weights that are thrown away
        trunk = Vgg19(1, WIDTH).features
    digest = hashlib.sha256(RECIPE.encode())
    for index, layer in enumerate(trunk):
        if isinstance(layer, nn.Conv2d):
            kernel = _kernel(seed, index, tuple(layer.weight.shape))
            digest.update(kernel.astype("<f4").tobytes())
            layer.weight.data = torch.from_numpy(kernel)
    trunk = trunk.to(memory_format=torch.channels_last).requires_grad_(False)
    _calibrate(trunk, image_size_px)
    return trunk, digest.hexdigest()


def _calibrate(trunk: nn.Sequential, image_size_px: int) -> None:
    norms = [layer for layer in trunk if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0  # the statistics become those of the one batch
    with torch.no_grad():
        trunk.train()(_to_tensor(calibration_images(image_size_px)))
    trunk.eval()


def _kernel(seed: int, layer: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return normal weights with the variance of He et al. 2015."""
    draws = np.random.Generator(np.random.Philox(key=derive_seed("random vgg", seed, layer)))
    kernel: NDArray[np.float32] = (draws.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))).astype(np.float32)
    return kernel


def _to_tensor(images: Pixels) -> Tensor:
    values = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return values.contiguous(memory_format=torch.channels_last)


@cache
def calibration_images(size_px: int) -> Pixels:
    """Return images whose amplitude falls as 1/f, as that of photographs does: uint8 [64, size_px, size_px, 3]."""
    draws = np.random.Generator(np.random.Philox(key=derive_seed("random vgg", "calibration", size_px)))
    down, across = np.fft.fftfreq(size_px)[:, None], np.fft.fftfreq(size_px)[None]
    frequency = np.maximum(np.hypot(down, across), 1 / size_px)
    white = np.fft.fft2(draws.standard_normal((CALIBRATION_IMAGES, 4, size_px, size_px)))
    fields = np.fft.ifft2(white / frequency).real
    fields /= fields.std(axis=(2, 3), keepdims=True)
    light, colours = fields[:, :1], fields[:, 1:]
    values = np.array(SKIN)[:, None, None] + LIGHT_SPREAD * light + COLOUR_SPREAD * colours
    return np.clip(values, 0, 255).astype(np.uint8).transpose(0, 2, 3, 1)
