"""Options of each stage: every setting, its default and its meaning, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lesionlab.core.errors import OptionsError

GAN_SIZES_PX = (16, 32, 64, 128, 256)
CLASSIFIER_SIZES_PX = (16, 32, 64, 128, 224)
COARSEST = 32  # the side of an image over that of VGG-19's last pooling: the classic head needs one pixel there
VGG19_BLOCKS = 5
IMAGENET = "imagenet"  # what `pretrained` says for the weights that torchvision publishes


def _require(condition: bool, cause: str, cure: str) -> None:
    if not condition:
        raise OptionsError(cause, cure)


def _check_positive(record: object, *names: str) -> None:
    for name in names:
        value = getattr(record, name)
        _require(value > 0, f"{name} is {value}.", "Give a number above 0.")


@dataclass(frozen=True)
class GanOptions:
    """Settings of a generator run; see docs/training.md for what each one does to the images."""

    image_size_px: int = 64  # 16 (tests), 32, 64 or 128; 256 where the data was prepared from originals
    total_kimg: float = 1500.0  # thousand real images shown to the discriminator
    batch_size: int = 64
    seed: int = 0
    latent_dim: int = 128
    generator_channels: int = 24  # at the finest resolution; doubles with each halving, up to max_channels
    discriminator_channels: int = 48  # after its first convolution; doubles with each halving, up to max_channels
    max_channels: int = 256
    upsampling: Literal["resize", "transposed"] = "resize"  # transposed, as Radford 2015, leaves a grid (Odena 2016)
    conditioning: Literal["projection", "concat"] = "projection"  # concat: the class as further inputs (Mirza 2014)
    loss: Literal["hinge", "bce"] = "hinge"  # bce: the non-saturating loss of Goodfellow et al. 2014
    spectral_norm: bool = True  # in the discriminator; false: batch norm there, as Radford 2015
    generator_lr: float = 4.5e-5  # two time scales (Heusel et al. 2017)
    class_rate: float = 10.0  # the generator's class gains and biases learn so many times faster than the rest of it
    discriminator_lr: float = 1e-3
    beta1: float = 0.5  # as Radford et al. 2015: without momentum the augmented discriminator lags behind
    beta2: float = 0.9
    diffaugment: Literal["none", "geometry", "full"] = "geometry"  # on real and fake alike (Zhao et al. 2020)
    symmetries: bool = True  # flips and quarter turns of the real images: dermoscopy has no "up"
    class_temperature: float = 0.3  # class c is drawn with p ~ n_c^temperature: 1 as in the data, 0 all equal
    penalty: Literal["none", "r1", "dragan"] = "none"  # on the discriminator's gradient at, or near, real images
    penalty_weight: float = 0.1
    penalty_every: int = 16  # steps between two penalties, each counted as often (Karras et al. 2020, section 4)
    consistency_weight: float = 0.0  # balanced consistency (Zhao et al. 2021); 0: none
    ema_halflife_kimg: float = 10.0  # 0: no average, the weights as they are
    accumulate: int = 1  # parts that a batch is worked through in, for less memory; batch norm sees one part
    bf16: bool = True  # bfloat16 autocast; float32 where the machine has none
    threads: int = 0  # CPU threads; 0: as many as the process may use
    tick_kimg: float = 4.0  # one line of stats.jsonl
    sheet_kimg: float = 50.0  # one sample sheet
    kid_kimg: float = 20.0  # the monitor looks at the images this often; 0: never
    kid_images: int = 350  # how many of them, and as many of the validation part
    on_collapse: Literal["warn", "stop"] = "warn"
    tensorboard: bool = False  # also write the figures for TensorBoard, where it is installed
    state_seconds: float = 240.0  # the longest time between two saved states

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        _require(
            self.image_size_px in GAN_SIZES_PX,
            f"image_size_px is {self.image_size_px}.",
            f"Choose one of {', '.join(map(str, GAN_SIZES_PX))}.",
        )
        _check_positive(
            self,
            *("total_kimg", "latent_dim", "generator_channels", "discriminator_channels", "max_channels"),
            *("generator_lr", "class_rate", "discriminator_lr", "tick_kimg", "sheet_kimg", "state_seconds"),
            *("penalty_weight", "penalty_every", "accumulate"),
        )
        for name in ("ema_halflife_kimg", "consistency_weight", "kid_kimg"):
            value = getattr(self, name)
            _require(value >= 0, f"{name} is {value}.", "Give 0 for none, or a number above it.")
        _require(
            self.batch_size % self.accumulate == 0 and self.batch_size >= 2 * self.accumulate,
            f"A batch of {self.batch_size} cannot be worked through in {self.accumulate} parts.",
            "Give an accumulate that divides batch_size into parts of at least 2.",
        )
        for name in ("beta1", "beta2"):
            value = getattr(self, name)
            _require(0 <= value < 1, f"{name} is {value}.", "Give a number from 0 to below 1.")
        for name in ("generator_channels", "discriminator_channels"):
            value = getattr(self, name)
            _require(
                value <= self.max_channels,
                f"{name} is {value}, and max_channels {self.max_channels}.",
                "Raise max_channels, or lower the other.",
            )
        _require(
            self.discriminator_channels % 2 == 0,
            f"discriminator_channels is {self.discriminator_channels}.",
            "Give an even number: the discriminator begins with half as many.",
        )
        _require(self.kid_images >= 2, f"kid_images is {self.kid_images}.", "Give at least 2.")
        _require(
            self.conditioning == "concat" or self.spectral_norm,
            "The projection discriminator has no batch norm.",
            'Give spectral_norm=true, or conditioning="concat".',
        )
        _require(self.batch_size >= 2, f"batch_size is {self.batch_size}.", "Batch norm needs at least 2.")
        _require(self.threads >= 0, f"threads is {self.threads}.", "Give 0 for all, or a number of threads.")
        _require(
            0 <= self.class_temperature <= 1,
            f"class_temperature is {self.class_temperature}.",
            "Give a number between 0 (all classes equally often) and 1 (as in the data).",
        )


@dataclass(frozen=True)
class ClassifierOptions:
    """Settings of a classifier run; see docs/training.md."""

    image_size_px: int = 64  # 16 (tests), 32, 64 or 128; 224 where the data was prepared from originals
    total_kimg: float = 240.0  # thousand training images shown
    batch_size: int = 64
    seed: int = 0
    architecture: Literal["vgg19", "small-cnn"] = "vgg19"  # small-cnn: four plain convolutions, to compare with
    head: Literal["pooled", "classic"] = "pooled"  # classic: two layers of 4096, for training only; nothing is exported
    width: float = 0.5  # share of the channels in each layer; 1 is VGG-19 itself
    lr: float = 1e-3  # AdamW, cosine to zero after a linear warm-up
    warmup_kimg: float = 7.0
    weight_decay: float = 0.05
    label_smoothing: float = 0.05
    dropout: float = 0.3
    balance: Literal["sampling", "weighted", "logit-adjustment"] = "sampling"  # how rare classes get their due
    class_temperature: float = 0.25  # sampling: class c is drawn with p ~ n_c^temperature: 1 as in the data, 0 equal
    augmentation: Literal["none", "strong"] = "strong"
    ema_halflife_kimg: float = 7.0
    pretrained: str = ""  # "imagenet", or a .safetensors or .pth file with torchvision's VGG-19-BN weights (width 1)
    frozen_blocks: int = 0  # of the five of VGG-19: pretrained ones that stay as they are, statistics included ...
    frozen_kimg: float = 0.0  # ... for the first so many kimg; 0: to the end
    bf16: bool = True
    threads: int = 0
    validate_kimg: float = 7.0  # one look at the lesions to choose on
    state_seconds: float = 240.0

    def __post_init__(self) -> None:
        """Refuse values that cannot train, and those that contradict each other."""
        _require(
            self.image_size_px in CLASSIFIER_SIZES_PX,
            f"image_size_px is {self.image_size_px}.",
            f"Choose one of {', '.join(map(str, CLASSIFIER_SIZES_PX))}.",
        )
        _check_positive(self, "total_kimg", "width", "lr", "ema_halflife_kimg", "validate_kimg", "state_seconds")
        _require(self.batch_size >= 2, f"batch_size is {self.batch_size}.", "Batch norm needs at least 2.")
        _require(self.threads >= 0, f"threads is {self.threads}.", "Give 0 for all, or a number of threads.")
        for name in ("label_smoothing", "dropout", "class_temperature"):
            value = getattr(self, name)
            _require(0 <= value <= 1, f"{name} is {value}.", "Give a number between 0 and 1.")
        for name in ("warmup_kimg", "weight_decay", "frozen_kimg"):
            value = getattr(self, name)
            _require(value >= 0, f"{name} is {value}.", "Give 0 for none, or a number above it.")
        _require(
            self.balance == "sampling" or self.class_temperature == 1,
            f"balance={self.balance} draws classes as often as they are, and class_temperature is "
            f"{self.class_temperature:g}.",
            "Give class_temperature=1, or balance=sampling.",
        )
        self._check_architecture()
        self._check_frozen()

    def _check_architecture(self) -> None:
        _require(
            self.architecture == "vgg19" or self.head == "pooled",
            "The classic head belongs to VGG-19, and architecture is small-cnn.",
            "Leave out one of the two.",
        )
        _require(
            self.head == "pooled" or self.image_size_px >= COARSEST,
            f"image_size_px is {self.image_size_px}, and the classic head comes after five poolings.",
            f"Give at least {COARSEST}.",
        )
        _require(
            not self.pretrained or (self.architecture == "vgg19" and self.width == 1),
            f"pretrained weights fit VGG-19 of width 1, and this is {self.architecture} of width {self.width:g}.",
            "Give width=1, or leave out pretrained.",
        )

    def _check_frozen(self) -> None:
        _require(
            0 <= self.frozen_blocks <= VGG19_BLOCKS,
            f"frozen_blocks is {self.frozen_blocks}.",
            f"Give 0 for none, or as many of VGG-19's blocks, at most {VGG19_BLOCKS}.",
        )
        _require(
            not self.frozen_blocks or bool(self.pretrained),
            f"frozen_blocks is {self.frozen_blocks}, and nothing is pretrained: random blocks would stay random.",
            "Name pretrained weights, or leave out frozen_blocks.",
        )
        _require(
            not self.frozen_kimg or bool(self.frozen_blocks),
            f"frozen_kimg is {self.frozen_kimg:g}, and no block is frozen.",
            "Give frozen_blocks, or leave out frozen_kimg.",
        )

    @property
    def releasable(self) -> bool:
        """Whether a run ends with an export: not with the classic head, which has no exact class map."""
        return self.head == "pooled"
