import pytest
import torch

from lesionlab.models.dcgan import Discriminator, Generator, channel_plan
from lesionlab.records.options import GAN_SIZES_PX, GanOptions

CLASSES = 7


def _options(size: int, upsampling: str = "resize") -> GanOptions:
    channels = {"generator_channels": 4, "discriminator_channels": 4, "max_channels": 8, "latent_dim": 6}
    return GanOptions(image_size_px=size, upsampling=upsampling, **channels)


@pytest.mark.parametrize("upsampling", ["resize", "transposed"])
@pytest.mark.parametrize("size", GAN_SIZES_PX)
def test_shapes_and_ranges(size, upsampling):
    torch.manual_seed(0)
    options = _options(size, upsampling)
    label = torch.tensor([0, 3, 6])
    image = Generator(options, CLASSES)(torch.randn(3, 6), label)
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


def test_class_changes_the_image_and_the_judgement():
    torch.manual_seed(0)
    generator, discriminator = Generator(_options(16), CLASSES), Discriminator(_options(16), CLASSES)
    torch.nn.init.normal_(generator.norms[0].bias.weight)
    generator.eval()
    discriminator.eval()
    latent = torch.randn(1, 6).repeat(2, 1)
    images = generator(latent, torch.tensor([0, 1]))
    assert not torch.allclose(images[0], images[1])
    same = images[:1].repeat(2, 1, 1, 1)
    logits = discriminator(same, torch.tensor([0, 1]))
    assert logits[0] != logits[1]


def test_images_do_not_depend_on_their_neighbours_in_evaluation():
    torch.manual_seed(0)
    generator = Generator(_options(16), CLASSES).eval()
    latent, label = torch.randn(5, 6), torch.arange(5)
    assert torch.allclose(generator(latent, label)[2:3], generator(latent[2:3], label[2:3]), atol=1e-6)


def test_export_form_is_the_same_map():
    torch.manual_seed(0)
    generator = Generator(_options(32), CLASSES).eval()
    latent, label = torch.randn(2, 6), torch.arange(2)
    before = generator(latent, label)
    assert torch.allclose(generator.for_export()(latent, label), before, atol=1e-6)
