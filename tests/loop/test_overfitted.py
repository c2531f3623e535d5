"""A network that knows its training images by heart rings the alarm; one that never saw them does not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.seeds import latents
from lesionlab.data.procedural import procedural_lesion
from lesionlab.evaluation.reference import space_reference
from lesionlab.inference.levelled import levelled
from lesionlab.inference.novelty import compare, views
from lesionlab.metrics.authenticity import copy_limit
from lesionlab.models.dcgan import Generator
from lesionlab.models.random_vgg import RandomVgg
from lesionlab.records.options import GanOptions

SIZE, LEARNED, STEPS = 16, 100, 300

Pixels = NDArray[np.uint8]


def drawn(first: int, count: int) -> Pixels:
    codes = [HAM10000_CODES[seed % len(HAM10000_CODES)] for seed in range(first, first + count)]
    return np.stack([procedural_lesion(code, first + i, SIZE) for i, code in enumerate(codes)])


def overfitted(images: Pixels) -> Pixels:
    """Train a generator until the latents of seeds 0 to 99 give the hundred images; return what it makes of them."""
    torch.manual_seed(0)
    generator = Generator(GanOptions(image_size_px=SIZE, generator_channels=32, max_channels=128, latent_dim=64), 1)
    wanted = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
    latent, mix = torch.from_numpy(latents(range(len(images)), 64)), torch.ones(len(images), 1)
    optimiser = torch.optim.Adam(generator.parameters(), 2e-3)
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss = torch.nn.functional.l1_loss(generator(latent, mix), wanted)
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        made = (generator(latent, mix).clamp(-1, 1) + 1) * 127.5
    return made.round().to(torch.uint8).permute(0, 2, 3, 1).numpy()


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_generator_overfitted_on_a_hundred_images_rings_the_alarm():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        images, held_out, own = drawn(0, LEARNED), drawn(1000, 300), drawn(5000, 200)
        copies = overfitted(images)
    finally:
        torch.set_num_threads(threads)
    extractors = [RandomVgg(seed, SIZE) for seed in (0, 1)]
    groups = np.arange(LEARNED)
    spaces = [
        space_reference(extractors[0].features(images), groups, False),
        space_reference(extractors[1].features(levelled(images)), groups, True),
    ]
    limit = copy_limit(compare(views(held_out, extractors, spaces), spaces).ratios)
    assert not np.array_equal(copies, images)  # it knows them by heart, not to the bit
    assert np.mean(compare(views(copies, extractors, spaces), spaces).ratios < limit) > 0.4
    assert np.mean(compare(views(own, extractors, spaces), spaces).ratios < limit) < 0.04
