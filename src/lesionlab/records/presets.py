"""Named settings for each stage, to start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from lesionlab.core.errors import OptionsError
from lesionlab.core.names import did_you_mean
from lesionlab.records.options import ClassifierOptions, GanOptions

Options = TypeVar("Options")

DEFAULT_PRESET = "released"

FINETUNING_RATE = 0.3  # of the parent's learning rates
FINETUNING_KIMG = 20.0
FINETUNING_LOOK_KIMG = 2.0  # between two looks at the images


@dataclass(frozen=True)
class Preset(Generic[Options]):
    """Options under a name, with one line on what they are for."""

    name: str
    description: str
    options: Options


def _table(*presets: Preset[Options]) -> Mapping[str, Preset[Options]]:
    return {preset.name: preset for preset in presets}


GAN_PRESETS: Mapping[str, Preset[GanOptions]] = _table(
    Preset("released", "the settings behind the released generator", GanOptions()),
    Preset(
        "faithful",
        "the DCGAN of Radford et al. 2015, to compare with: nothing that was found since",
        GanOptions(
            upsampling="transposed",
            conditioning="concat",
            loss="bce",
            spectral_norm=False,
            generator_lr=2e-4,
            class_rate=1.0,
            discriminator_lr=2e-4,
            beta2=0.999,
            batch_size=128,
            diffaugment="none",
            symmetries=False,
            class_temperature=1.0,
            ema_halflife_kimg=0,
        ),
    ),
    Preset(
        "quick",
        "32 px on a laptop: a first, blurred look at lesions",
        GanOptions(
            image_size_px=32,
            total_kimg=60,
            latent_dim=64,
            discriminator_channels=32,
            max_channels=256,
            ema_halflife_kimg=2,
            tick_kimg=1,
            sheet_kimg=10,
            kid_kimg=10,
        ),
    ),
    Preset(
        "tiny",
        "16 px in seconds: for lessons and tests, not for its images",
        GanOptions(
            image_size_px=16,
            total_kimg=3,
            batch_size=16,
            latent_dim=16,
            generator_channels=16,
            discriminator_channels=16,
            max_channels=32,
            ema_halflife_kimg=0.2,
            tick_kimg=0.5,
            sheet_kimg=1,
            kid_kimg=0,
        ),
    ),
)

CLASSIFIER_PRESETS: Mapping[str, Preset[ClassifierOptions]] = _table(
    Preset("released", "the settings behind the released classifier", ClassifierOptions()),
    Preset(
        "small-cnn",
        "four plain convolutions at the budget of the released classifier, to compare with",
        ClassifierOptions(architecture="small-cnn"),
    ),
    Preset(
        "quick",
        "32 px on a laptop: far better than chance, far from the best",
        ClassifierOptions(
            image_size_px=32, total_kimg=60, width=0.25, warmup_kimg=2, ema_halflife_kimg=2, validate_kimg=4
        ),
    ),
    Preset(
        "tiny",
        "16 px in seconds: for lessons and tests, not for its decisions",
        ClassifierOptions(
            image_size_px=16,
            total_kimg=3,
            batch_size=16,
            width=0.0625,
            warmup_kimg=0.2,
            dropout=0.0,
            augmentation="none",
            ema_halflife_kimg=0.2,
            validate_kimg=1,
        ),
    ),
)


def finetuned(options: GanOptions) -> GanOptions:
    """Return options for going on from a generator trained with these, on few images: slower, shorter, watched closely.

    Of few images a discriminator soon knows each one by heart; see docs/decisions/0015-fine-tuning.md.
    """
    return replace(
        options,
        generator_lr=options.generator_lr * FINETUNING_RATE,
        discriminator_lr=options.discriminator_lr * FINETUNING_RATE,
        total_kimg=min(options.total_kimg, FINETUNING_KIMG),
        sheet_kimg=min(options.sheet_kimg, FINETUNING_LOOK_KIMG),
        kid_kimg=min(options.kid_kimg, FINETUNING_LOOK_KIMG),
        tick_kimg=min(options.tick_kimg, FINETUNING_LOOK_KIMG / 2),
    )


def find_preset(presets: Mapping[str, Preset[Options]], name: str) -> Preset[Options]:
    """Return the preset of this name.

    Raises:
        OptionsError: there is none; the nearest one is named.
    """
    if name not in presets:
        raise OptionsError(f"There is no preset '{name[:40]}'.", did_you_mean(name[:40], presets))
    return presets[name]
