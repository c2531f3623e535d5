import numpy as np
import pytest
import torch

from lesionlab.core.errors import DataError
from lesionlab.core.seeds import latents
from lesionlab.metrics.kid import kid
from lesionlab.models.dcgan import Generator
from lesionlab.records.feature_space import FeatureSpace
from lesionlab.training.gan_monitor_images import (
    FIRST_SEED,
    Labelled,
    Yardstick,
    comparable,
    images_of,
    random_spaces,
    spread,
)

CLASSES = ("mel", "nv", "df")


class Means:
    """A feature space of two numbers: the mean level of an image and how much it varies."""

    space = FeatureSpace("means", "0" * 64, 2, 16)

    def features(self, images: np.ndarray) -> np.ndarray:
        values = images.astype(np.float32) / 255
        return np.stack((values.mean(axis=(1, 2, 3)), values.std(axis=(1, 2, 3))), axis=1)


def shown(counts: list[int], seed: int) -> Labelled:
    draw = np.random.default_rng(seed)
    labels = np.repeat(np.arange(3), counts)
    levels = (60 * labels + 40)[:, None, None, None] + draw.normal(0, 10, (len(labels), 1, 1, 1))
    return Labelled(np.clip(levels + draw.normal(0, 5, (len(labels), 16, 16, 3)), 0, 255).astype(np.uint8), labels)


@pytest.fixture
def generator(tiny_gan_options) -> Generator:
    torch.manual_seed(0)
    return Generator(tiny_gan_options, 3).eval()


@pytest.fixture
def yardstick() -> Yardstick:
    return Yardstick(shown([9, 30, 1], 0), shown([40, 60, 5], 1), CLASSES, 60, [Means()])


def test_of_each_class_as_many_are_compared_as_both_parts_have_up_to_its_share():
    labels = np.repeat([0, 1, 2], [9, 30, 1])
    assert comparable(labels, np.repeat([0, 1, 2], [7, 90, 9]), 3, 60) == {0: 7, 1: 20}
    assert comparable(labels, labels, 3, 1) == {0: 2, 1: 2}


def test_a_validation_part_with_nothing_to_measure_against_is_refused():
    with pytest.raises(DataError, match="No class has 2 images") as caught:
        comparable(np.arange(3), np.arange(3), 3, 60)
    assert "kid_kimg=0" in caught.value.cure


def test_the_ruler_names_spaces_and_counts_and_puts_blurred_images_far_above_real_ones(yardstick):
    ruler = yardstick.ruler()
    assert ruler.spaces == ("means@000000000000/16px",)
    assert ruler.images_per_class == {"mel": 9, "nv": 20}
    assert ruler.images == 29
    assert ruler.blurred > abs(ruler.real)


def test_a_look_is_kid_by_class_over_images_of_the_same_seeds(yardstick, generator):
    look = yardstick.look(generator)
    assert look == yardstick.look(generator)
    labels = np.repeat([0, 1], [9, 20])
    made = Means().features(images_of(generator, labels, 3))
    real = yardstick._features[0]
    by_class = [kid(real[:9], made[:9]), kid(real[9:], made[9:])]
    assert look.kid == pytest.approx(np.mean(by_class))
    assert look.diversity == {
        "mel": pytest.approx(spread(made[:9]) / spread(real[:9])),
        "nv": pytest.approx(spread(made[9:]) / spread(real[9:])),
    }


def test_a_generator_that_shows_one_image_has_no_diversity(yardstick, generator):
    with torch.no_grad():
        for name, parameter in generator.named_parameters():
            if name.startswith("first"):
                parameter.zero_()
    assert max(yardstick.look(generator).diversity.values()) < 1e-3


def test_the_images_looked_at_are_those_of_seeds_that_no_sheet_shows(generator):
    labels = np.array([1, 0, 2])
    (image,) = images_of(generator, labels, 3)[1:2]
    latent = torch.from_numpy(latents([FIRST_SEED + 1], generator.latent_dim))
    with torch.no_grad():
        made = generator(latent, torch.eye(3)[[0]])[0].permute(1, 2, 0)
    assert np.abs(image - ((made.clamp(-1, 1) + 1) * 127.5).numpy()).max() <= 1


def test_spread_is_the_mean_distance_between_two():
    assert spread(np.array([[0, 0], [3, 4], [0, 8]], np.float32)) == pytest.approx((5 + 8 + 5) / 3)


def test_training_chooses_in_three_spaces_of_random_weights():
    spaces = random_spaces(16, torch.device("cpu"))
    assert [extractor.space.name for extractor in spaces] == [f"vgg19-random-{seed}" for seed in range(3)]
    assert len({extractor.space.sha256 for extractor in spaces}) == 3
