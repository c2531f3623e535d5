"""A study in a world whose truth is known: data, protocol, and whether the verdict found the truth."""

from __future__ import annotations

from dataclasses import dataclass

from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepare import prepare_procedural
from lesionlab.data.prepared import PreparedData
from lesionlab.records.codec import to_plain
from lesionlab.records.options import ClassifierOptions
from lesionlab.records.protocol import Protocol, ProtocolArm
from lesionlab.study.plan import identity
from lesionlab.study.verdict import Word
from lesionlab.study.worlds import WORLD, WorldName

IMAGE_SIZE_PX = 16
LESIONS = 7 * 120
SHARE = 0.03  # of each fold's real images: so few that more would help

# Each image is turned and mirrored in every arm: that is what makes `null` add nothing, in law.
CLASSIFIER = ClassifierOptions(
    image_size_px=IMAGE_SIZE_PX,
    architecture="small-cnn",
    width=0.25,
    total_kimg=6.4,
    batch_size=64,
    lr=3e-3,
    augmentation="strong",
    class_temperature=1.0,
    warmup_kimg=0.5,
    ema_halflife_kimg=0.5,
)
ARMS = (
    ProtocolArm("augmented", "Few real images, strong classical augmentation", "real"),
    ProtocolArm("raw", "The sampler's images in half of the slots", "synthetic", "raw", 0.5),
    ProtocolArm("replay", "Real images again in these slots", "control", "replay", 0.5),
    ProtocolArm("perfect", "Held-back real images in these slots", "control", "perfect", 0.5),
)


@dataclass(frozen=True)
class Truth:
    """What is true in a world, why that is certain, and the word that a study should say."""

    word: Word
    why: str


TRUTHS: dict[WorldName, Truth] = {
    "helps": Truth(
        "helps",
        "the sampler draws fresh lesions by the rules that the real ones were drawn by, and real ones are few",
    ),
    "null": Truth(
        "no relevant effect",
        "the sampler repeats the arm's own real images, turned or mirrored as the augmentation does anyway",
    ),
}


def demo_data(world: WorldName, seed: int, lesions: int = LESIONS, progress: Progress = silent) -> PreparedData:
    """Return the drawn lesions of a world, prepared now or before."""
    return prepare_procedural(f"{WORLD}-{world}-{seed}", lesions, (IMAGE_SIZE_PX,), seed, progress)


def demo_protocol(world: WorldName, data: str) -> Protocol:
    """Return the protocol of a study in a world, on its data by name."""
    return Protocol(
        title=f"A world in which the truth is known: {world}",
        data=data,
        arms=ARMS,
        generator={WORLD: world},
        classifier=identity(to_plain(CLASSIFIER)),
        image_size_px=IMAGE_SIZE_PX,
        real_shares=(SHARE,),
        delta=0.05,
        pool_images=100,
    )


def truth_told(world: WorldName, word: Word) -> str:
    """Return in two sentences what the truth was and whether a verdict found it."""
    truth = TRUTHS[world]
    said = f"The truth: {truth.word}, for {truth.why}."
    if word == truth.word:
        return f"{said} The study found it."
    if word in ("inconclusive", "no verdict"):
        return f"{said} The study did not find it, and claimed nothing false: '{word}'."
    return f"{said} The study said '{word}': a false claim, as chance brings about now and then."
