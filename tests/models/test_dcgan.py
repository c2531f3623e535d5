import pytest
import torch

from lesionlab.models.dcgan import Discriminator, Generator, channel_plan
from lesionlab.records.options import GAN_SIZES_PX, GanOptions

CLASSES = 7
FAITHFUL = {"upsampling": "transposed", "conditioning": "concat", "spectral_norm": False}


def _options(size: int, upsampling: str = "resize", **others) -> GanOptions:
    channels = {"generator_channels": 4, "discriminator_channels": 4, "max_channels": 8, "latent_dim": 6}
    return GanOptions(image_size_px=size, upsampling=upsampling, **channels, **others)


def _mix(*labels: int) -> torch.Tensor:
    return torch.eye(CLASSES)[list(labels)]


@pytest.mark.parametrize("recipe", [{}, FAITHFUL, {"conditioning": "concat"}])
@pytest.mark.parametrize("size", GAN_SIZES_PX)
def test_shapes_and_ranges(size, recipe):
    torch.manual_seed(0)
    options = _options(size, **recipe)
    label = torch.tensor([0, 3, 6])
    image = Generator(options, CLASSES)(torch.randn(3, 6), _mix(0, 3, 6))
    assert image.shape == (3, 3, size, size)
    assert image.abs().max() <= 1
    logits = Discriminator(options, CLASSES)(image, label)
    assert logits.shape == (3,)
    assert logits.dtype == torch.float32


@pytest.mark.parametrize(
    ("size", "plan"), [(64, [256, 256, 128, 64, 32]), (32, [256, 128, 64, 32]), (128, [256, 256, 256, 128, 64, 32])]
)
def test_channels_double_towards_the_coarse_end_up_to_the_limit(size, plan):
    assert channel_plan(size, 32, 256) == plan


def test_generator_and_discriminator_mirror_each_other():
    options = GanOptions()
    ups, downs = Generator(options, CLASSES).ups, Discriminator(options, CLASSES).downs
    assert len(ups) == len(downs) == 4
    assert [d.out_channels for d in downs] == [48, 96, 192, 256]


@pytest.mark.parametrize("recipe", [{}, FAITHFUL])
def test_class_changes_the_image_and_the_judgement(recipe):
    torch.manual_seed(0)
    generator, discriminator = (
        Generator(_options(16, **recipe), CLASSES),
        Discriminator(_options(16, **recipe), CLASSES),
    )
    if not recipe:
        torch.nn.init.normal_(generator.norms[0].bias)
    generator.eval()
    discriminator.eval()
    latent = torch.randn(1, 6).repeat(2, 1)
    images = generator(latent, _mix(0, 1))
    assert not torch.allclose(images[0], images[1])
    same = images[:1].repeat(2, 1, 1, 1)
    logits = discriminator(same, torch.tensor([0, 1]))
    assert logits[0] != logits[1]


def test_between_two_classes_lie_images_between():
    torch.manual_seed(0)
    generator = Generator(_options(16), CLASSES).eval()
    torch.nn.init.normal_(generator.norms[0].bias)
    latent = torch.randn(1, 6).repeat(3, 1)
    first, middle, last = generator(latent, torch.stack((_mix(0)[0], (_mix(0)[0] + _mix(1)[0]) / 2, _mix(1)[0])))
    ends = (first - last).abs().mean()
    assert (middle - first).abs().mean() < ends
    assert (middle - last).abs().mean() < ends


def test_the_faithful_twin_has_batch_norm_where_radford_has_it_and_no_spectral_norm():
    options = _options(32, **FAITHFUL)
    discriminator, generator = Discriminator(options, CLASSES), Generator(options, CLASSES)
    assert [type(norm).__name__ for norm in discriminator.norms] == ["Identity", "BatchNorm2d", "BatchNorm2d"]
    assert not any("parametrizations" in name for name, _ in discriminator.named_modules())
    assert isinstance(generator.to_rgb, torch.nn.ConvTranspose2d)
    assert discriminator.embedding is None


def test_images_do_not_depend_on_their_neighbours_in_evaluation():
    torch.manual_seed(0)
    generator = Generator(_options(16), CLASSES).eval()
    latent, label = torch.randn(5, 6), _mix(*range(5))
    assert torch.allclose(generator(latent, label)[2:3], generator(latent[2:3], label[2:3]), atol=1e-6)


def test_export_form_is_the_same_map():
    torch.manual_seed(0)
    generator = Generator(_options(32), CLASSES).eval()
    latent, label = torch.randn(2, 6), _mix(0, 1)
    before = generator(latent, label)
    assert torch.allclose(generator.for_export()(latent, label), before, atol=1e-6)
