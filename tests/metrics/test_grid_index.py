import functools
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lesionlab.core.errors import InputError
from lesionlab.core.imaging import read_for_model, square
from lesionlab.metrics.grid_index import grid_index, mean_spectrum


@functools.cache
def clouds(n: int = 100, size: int = 64, power: float = 3, seed: int = 0) -> np.ndarray:
    """Images whose spectral power falls as photographs' does, cut from larger ones: their borders do not match."""
    frequency = np.hypot(*np.meshgrid(*[np.fft.fftfreq(2 * size) * 2 * size] * 2))
    frequency[0, 0] = 1
    noise = np.fft.fft2(np.random.default_rng(seed).normal(size=(n, 2 * size, 2 * size)))
    images = np.fft.ifft2(noise * frequency ** (-power / 2)).real[:, :size, :size]
    grey = np.clip(128 + 25 * (images - images.mean()) / images.std(), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=-1)


def with_pattern(images: np.ndarray, levels: float, period: int) -> np.ndarray:
    """Add a checkerboard whose squares are half the period."""
    squares = (np.indices(images.shape[1:3]) // (period // 2)).sum(axis=0) % 2 * 2.0 - 1
    return np.clip(np.round(images + levels * squares[None, ..., None]), 0, 255).astype(np.uint8)


def test_the_power_of_a_cosine_stands_at_its_frequency():
    wave = 100 + 10 * np.cos(2 * np.pi * np.arange(64) / 8)
    spectrum = mean_spectrum(np.broadcast_to(wave[:, None, None], (2, 64, 64, 3)).round().astype(np.uint8))
    assert np.unravel_index(spectrum.argmax(), spectrum.shape) in ((8, 0), (56, 0))
    # Half the amplitude in each of two bins, the window's sum 32 along each axis, three channels.
    assert spectrum[8, 0] == pytest.approx(3 * (5 * 32 * 32) ** 2, rel=0.05)


def test_the_spectrum_is_torch_s():
    images = clouds(70, 32)
    window = torch.hann_window(32, periodic=True, dtype=torch.float64)
    pixels = torch.from_numpy(images).double().permute(0, 3, 1, 2)
    faded = (pixels - pixels.mean(dim=(2, 3), keepdim=True)) * window[:, None] * window
    theirs = torch.fft.fft2(faded).abs().square().sum(dim=1).mean(dim=0).numpy()
    assert np.allclose(mean_spectrum(images), theirs, rtol=1e-5, atol=1e-5 * theirs.max())


def test_a_checkerboard_in_white_noise_sticks_out_as_worked_out_by_hand():
    draw = np.random.default_rng(0)
    images = with_pattern(np.repeat(draw.integers(90, 160, (400, 32, 32, 1)), 3, axis=3), 20, period=2)
    # Noise of variance v has power v * sum(w^2) = v * 144 a channel (w^2 adds up to 12 on each axis), the checkerboard
    # 20^2 * (sum w)^4 = 400 * 16^4 at one of the 63 frequencies.
    variance = (71**2 - 1) / 12
    assert grid_index(images) == pytest.approx(1 + 400 * 16**4 / (variance * 144) / 63, rel=0.1)


@pytest.mark.parametrize(("size", "power"), [(32, 0), (32, 3), (64, 2), (128, 3)])
def test_noise_has_no_grid_however_its_spectrum_falls(size, power):
    assert grid_index(clouds(80, size, power)) == pytest.approx(1, abs=0.08)


@pytest.mark.parametrize("period", [2, 4, 8])
def test_a_stronger_pattern_has_a_higher_index(period):
    images = clouds()
    found = [grid_index(images), *(grid_index(with_pattern(images, levels, period)) for levels in (1, 2, 4, 8))]
    assert found == sorted(found)
    assert found[1] > 1.5
    assert found[2] > 2


def test_a_pattern_in_one_channel_or_along_one_axis_is_seen_too():
    images = clouds()
    red = images.copy()
    red[..., 0] = with_pattern(images, 4, 2)[..., 0]
    stripes = np.clip(images + (np.arange(64) % 4 < 2)[:, None, None] * 6.0, 0, 255).astype(np.uint8)
    assert grid_index(red) > 2
    assert grid_index(stripes) > 2


def test_blur_is_no_grid():
    images = clouds()
    blurred = (images.astype(float) + np.roll(images, 1, 1) + np.roll(images, -1, 1)) / 3
    assert grid_index(blurred.astype(np.uint8)) < 1.3


def test_transposed_convolutions_leave_a_grid_before_any_training():
    torch.manual_seed(0)
    layers: list[nn.Module] = [nn.ConvTranspose2d(16, 64, 4)]
    for channels in (64, 32, 16):
        layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.ConvTranspose2d(channels, channels // 2, 4, 2, 1)]
    network = nn.Sequential(*layers, nn.Conv2d(8, 3, 1), nn.Tanh())
    with torch.no_grad():
        images = network(torch.randn(64, 16, 1, 1)).permute(0, 2, 3, 1).numpy()
    assert grid_index(((images + 1) * 127.5).round().astype(np.uint8)) > 1.5


def test_flat_images_have_no_grid():
    assert grid_index(np.full((5, 32, 32, 3), 77, np.uint8)) == pytest.approx(1)


@pytest.mark.parametrize("shape", [(3, 36, 36, 3), (3, 24, 24, 3), (3, 32, 64, 3), (3, 32, 32), (0, 32, 32, 3)])
def test_images_of_another_shape_are_refused(shape):
    with pytest.raises(InputError, match=r"not defined for|are not images"):
        grid_index(np.zeros(shape, np.uint8))


@pytest.mark.data
@pytest.mark.parametrize("size", [32, 64])
def test_real_images_have_no_grid(test_data: Path, size):
    files = sorted((test_data / "ham10000").glob("HAM10000_images_part_*/*.jpg"))[:: 10_015 // 100][:100]
    images = np.stack([square(read_for_model(file), size) for file in files])
    assert grid_index(images) == pytest.approx(1, abs=0.1)
    assert grid_index(with_pattern(images, 3, 4)) > 2
