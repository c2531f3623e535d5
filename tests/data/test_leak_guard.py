"""Each way in which a tested lesion can reach training, planted with real objects and caught.

Leaks of synthetic data, in the order of docs/data.md: what the generator saw, fakes mixed in before the split, what was
chosen on test, siblings, and withheld images. The split by image is planted in test_other_split, test_release_split and
test_split; the image collected again in test_recollected.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from lesionlab.core.errors import DataError, LeakError
from lesionlab.core.progress import silent
from lesionlab.data.arm import TrainingArm
from lesionlab.data.folds import fold_split, make_folds
from lesionlab.data.ham10000 import read_ham10000
from lesionlab.data.prepare import prepare_source
from lesionlab.data.prepared import Part, PreparedData, open_prepared
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.data.test_part import open_test_part
from lesionlab.records.card import read_card
from lesionlab.records.options import GanOptions
from lesionlab.records.split import Split, SplitRow, write_split

Sampled = Callable[[Path], Path]
ThatSaw = Callable[..., Path]


def pairs(part: Part) -> list[tuple[str, str]]:
    return list(zip(part.groups, part.image_ids, strict=True))


def quarter(part: Part) -> Part:
    """Return every fourth lesion group of a part, by name."""
    return part.of_groups(sorted(set(part.groups))[::4])


@pytest.fixture
def fakes(tiny_generator: Path, sampled: Sampled) -> SyntheticSet:
    """Images of a generator that was trained on the training part and on nothing else."""
    return SyntheticSet.open(sampled(tiny_generator), [tiny_generator])


def test_an_arm_of_its_own_generator_s_images_comes_to_be(
    tiny_data: PreparedData, tiny_generator: Path, tiny_classifier: Path, fakes: SyntheticSet
) -> None:
    real = tiny_data.part("train")
    kept = {image.file for image in fakes.images[::2]}
    chosen = fakes.filtered(kept, "filter", tiny_classifier).filtered(kept, "novelty reference", real)
    arm = TrainingArm(real, (fakes, chosen.chosen_on("threshold", tiny_data.part("validation"))))
    assert arm.key == (tiny_data.split.sha256, read_card(tiny_generator).groups_sha256)
    assert [len(each.images) for each in arm.synthetic] == [14, 7]


def test_nothing_turns_the_guard_off() -> None:
    assert {field.name for field in dataclasses.fields(TrainingArm)} == {"real", "synthetic", "folds"}


# 1. The generator saw images that are tested.


@pytest.fixture(scope="session")
def peeking_generator(
    tiny_data: PreparedData, tiny_gan_options: GanOptions, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The export of a generator that was really trained on the training and the test part."""
    from lesionlab.training.gan_run import continue_gan, start_gan

    parts = {"train": "train", "validation": "validation", "test": "train"}
    rows = tuple(dataclasses.replace(row, part=parts[row.part]) for row in tiny_data.split.rows)
    everything = tiny_data.under(Split(rows, tiny_data.split.classes), "planted")
    options = dataclasses.replace(tiny_gan_options, total_kimg=0.032)
    run = start_gan(options, everything, "planted", tmp_path_factory.mktemp("peeking"))
    continue_gan(run, everything, silent)
    return run.export


def test_a_generator_that_saw_the_test_part_is_caught(
    tiny_data: PreparedData, peeking_generator: Path, sampled: Sampled
) -> None:
    tested = [row for row in tiny_data.split.rows if row.part == "test"]
    images, groups = len(tested), sorted({row.group for row in tested})
    fakes = SyntheticSet.open(sampled(peeking_generator), [peeking_generator])
    with pytest.raises(LeakError, match="The generator of export-samples") as caught:
        TrainingArm(tiny_data.part("train"), (fakes,))
    told = f"saw {images} images of the test part ({len(groups)} lesion groups, such as {groups[0]})"
    assert told in caught.value.cause
    assert "Train a generator on the 77 real images of this arm and no others" in caught.value.cure


def test_a_generator_that_saw_the_validation_part_is_caught(
    tiny_data: PreparedData, tiny_generator: Path, sampled: Sampled, that_saw: ThatSaw
) -> None:
    train, validation = tiny_data.part("train"), tiny_data.part("validation")
    export = that_saw(tiny_generator, train=[*pairs(train), *pairs(validation)[:3]])
    fakes = SyntheticSet.open(sampled(export), [export])
    with pytest.raises(LeakError, match="saw 3 images of the validation part"):
        TrainingArm(train, (fakes,))


def test_a_stopping_point_looked_for_on_the_test_part_is_caught(
    tiny_data: PreparedData, tiny_generator: Path, sampled: Sampled, that_saw: ThatSaw
) -> None:
    train = tiny_data.part("train")
    tested = [(row.group, row.image_id) for row in tiny_data.split.rows if row.part == "test"]
    export = that_saw(tiny_generator, train=pairs(train), validation=tested[:2])
    fakes = SyntheticSet.open(sampled(export), [export])
    with pytest.raises(LeakError, match="saw 2 images of the test part"):
        TrainingArm(train, (fakes,))


# 2. Synthetic images that are mixed in before the split.


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_table_with_synthetic_rows_is_not_split(
    source: Path, edit_metadata, tiny_generator: Path, sampled: Sampled, suffix: str
) -> None:
    files = sorted(sampled(tiny_generator).glob("*.png"))
    for file in files:
        target = source / "HAM10000_images_part_1" / f"fake-{file.stem}{suffix}"
        if suffix == ".png":
            shutil.copy(file, target)
        else:
            with Image.open(file) as image:  # saved anew by a program that keeps XMP
                image.save(target, xmp=image.info["XML:com.adobe.xmp"].encode())
    fakes = [{"image_id": f"fake-{f.stem}", "lesion_id": f"F-{f.stem}", "dx": f.stem.partition("-")[0]} for f in files]
    edit_metadata(lambda rows: [*rows, *({**rows[0], **fake} for fake in fakes)])
    with pytest.raises(DataError, match="14 synthetic images, by their own mark: fake-akiec-0, fake-akiec-1"):
        prepare_source(read_ham10000(source), "mixed", (16,), 0)
    data = prepare_source(read_ham10000(source), "mixed", (16,), 0, skip_bad=True).data
    assert not [row.image_id for row in data.split.rows if row.image_id.startswith("fake")]
    assert data.record.problems["synthetic images, by their own mark"].count == 14


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_a_split_file_with_synthetic_rows_is_refused(
    tiny_data: PreparedData, fakes: SyntheticSet, tmp_path: Path, part: str
) -> None:
    mixed = [SplitRow(i.file, i.file, i.file, i.diagnosis, part) for i in fakes.images]
    write_split(tmp_path / "mixed.csv", Split((*tiny_data.split.rows, *mixed), tiny_data.split.classes))
    with pytest.raises(DataError, match=r"14 of 126 images of the split .* are not in the data"):
        open_prepared(str(tiny_data.folder), tmp_path / "mixed.csv")


# 3. A filter, a threshold or a recipe that is chosen on the test part.


@pytest.mark.parametrize("what", ["recipe", "filter", "threshold", "truncation", "stopping point"])
def test_what_was_chosen_on_the_test_part_is_caught(
    tiny_data: PreparedData, fakes: SyntheticSet, tmp_path: Path, what
) -> None:
    test = open_test_part(tiny_data, tmp_path / "ledger.csv", "planted")
    with pytest.raises(LeakError, match=f"The {what} was chosen on the test part of split") as caught:
        TrainingArm(tiny_data.part("train"), (fakes.chosen_on(what, test),))
    assert f"({len(test.image_ids)} images)" in caught.value.cause
    assert "on the validation part of this arm's split" in caught.value.cure


def test_what_was_chosen_on_another_split_s_validation_part_that_is_tested_here_is_caught(
    tiny_data: PreparedData, fakes: SyntheticSet
) -> None:
    swap = {"train": "train", "validation": "test", "test": "validation"}
    rows = tuple(dataclasses.replace(row, part=swap[row.part]) for row in tiny_data.split.rows)
    other = tiny_data.under(Split(rows, tiny_data.split.classes), "swapped")
    with pytest.raises(
        LeakError, match=r"chosen on the validation part of split .* which holds \d+ images of the test"
    ):
        TrainingArm(tiny_data.part("train"), (fakes.chosen_on("threshold", other.part("validation")),))


def test_a_filter_that_was_trained_on_the_test_part_is_caught(
    tiny_data: PreparedData, fakes: SyntheticSet, tiny_classifier: Path, that_saw: ThatSaw
) -> None:
    tested = [(row.group, row.image_id) for row in tiny_data.split.rows if row.part == "test"]
    judge = that_saw(tiny_classifier, train=[*pairs(tiny_data.part("train")), *tested])
    filtered = fakes.filtered({fakes.images[0].file}, "filter", judge)
    with pytest.raises(LeakError, match=r"The filter of .* images of the test part"):
        TrainingArm(tiny_data.part("train"), (filtered,))


def test_a_choice_frozen_in_fold_0_counts_in_the_other_folds_of_the_same_plan_only(
    tiny_data: PreparedData, tiny_generator: Path, sampled: Sampled, that_saw: ThatSaw
) -> None:
    plan = make_folds(tiny_data.split, 4, seed=0)
    folds = [tiny_data.under(fold_split(tiny_data.split, plan, n), f"fold {n}") for n in range(4)]
    part = folds[2].part("train")
    export = that_saw(tiny_generator, train=pairs(part))
    fakes = SyntheticSet.open(sampled(export), [export])
    frozen = fakes.chosen_on("threshold", folds[0].part("validation"))
    with pytest.raises(LeakError, match="images of the test part"):
        TrainingArm(part, (frozen,))
    TrainingArm(part, (frozen,), plan)
    with pytest.raises(LeakError, match="images of the test part"):
        TrainingArm(part, (frozen,), make_folds(tiny_data.split, 4, seed=1))
    elsewhere = fakes.chosen_on("threshold", folds[1].part("validation"))
    with pytest.raises(LeakError, match="images of the test part"):
        TrainingArm(part, (elsewhere,), plan)


# 4. Synthetic images of a held-out lesion's sibling.


def test_a_generator_that_saw_a_sibling_of_a_tested_lesion_is_caught(
    tiny_data: PreparedData, tiny_generator: Path, sampled: Sampled, that_saw: ThatSaw
) -> None:
    train = tiny_data.part("train")
    tested = next(row.group for row in tiny_data.split.rows if row.part == "test")
    export = that_saw(tiny_generator, train=[*pairs(train), (tested, "isic:another view of it")])
    fakes = SyntheticSet.open(sampled(export), [export])
    told = rf"saw 1 siblings of held-out lesions \(1 lesion groups, such as {tested}\)"
    with pytest.raises(LeakError, match=told):
        TrainingArm(train, (fakes,))


def test_a_generator_of_a_by_image_list_is_caught(
    tiny_data: PreparedData, tiny_generator: Path, sampled: Sampled, that_saw: ThatSaw
) -> None:
    """The list holds one picture of each lesion pair; its other picture is tested."""
    rows = tiny_data.split.rows
    groups = [row.group for row in rows]
    pair = next(group for group in groups if groups.count(group) == 2)
    fold = make_folds(tiny_data.split, 4, seed=0).fold_of[pair]
    data = tiny_data.under(fold_split(tiny_data.split, make_folds(tiny_data.split, 4, seed=0), fold), "a fold")
    one, _ = (row.image_id for row in rows if row.group == pair)
    by_image = [*data.part("train").image_ids, one]
    export = that_saw(tiny_generator, train=[(image_id, image_id) for image_id in by_image])
    fakes = SyntheticSet.open(sampled(export), [export])
    with pytest.raises(LeakError, match="saw 1 images of the test part"):
        TrainingArm(data.part("train"), (fakes,))


# 5. What saw real images that are withheld from the arm.


def test_a_generator_that_saw_images_withheld_from_a_small_arm_is_caught(
    tiny_data: PreparedData, fakes: SyntheticSet
) -> None:
    real = tiny_data.part("train")
    few = quarter(real)
    withheld = len(real.image_ids) - len(few.image_ids)
    assert 0 < len(few.image_ids) < withheld
    with pytest.raises(LeakError, match=rf"saw {withheld} real images that this arm does not have \(\d+ lesion groups"):
        TrainingArm(few, (fakes,))


def test_withheld_by_the_split_is_withheld_as_well(tiny_data: PreparedData, fakes: SyntheticSet) -> None:
    few = quarter(tiny_data.part("train"))
    rows = tuple(row for row in tiny_data.split.rows if row.part != "train" or row.group in few.groups)
    data = tiny_data.under(Split(rows, tiny_data.split.classes), "a quarter")
    with pytest.raises(LeakError, match="real images that this arm does not have"):
        TrainingArm(data.part("train"), (fakes,))


@pytest.mark.parametrize("role", ["filter", "feature space"])
def test_a_filter_or_feature_space_that_saw_more_than_the_generator_is_caught(
    tiny_data: PreparedData, tiny_generator: Path, tiny_classifier: Path, sampled: Sampled, that_saw: ThatSaw, role
) -> None:
    few = quarter(tiny_data.part("train"))
    export = that_saw(tiny_generator, train=pairs(few))
    fakes = SyntheticSet.open(sampled(export), [export])
    arm = TrainingArm(few, (fakes,))
    assert arm.key[1] == read_card(export).groups_sha256
    with pytest.raises(LeakError, match=f"The {role} of .* real images that this arm does not have"):
        TrainingArm(few, (fakes.filtered({fakes.images[0].file}, role, tiny_classifier),))


def test_a_novelty_reference_of_withheld_images_is_caught(
    tiny_data: PreparedData, tiny_generator: Path, sampled: Sampled, that_saw: ThatSaw
) -> None:
    real = tiny_data.part("train")
    few = quarter(real)
    export = that_saw(tiny_generator, train=pairs(few))
    fakes = SyntheticSet.open(sampled(export), [export])
    TrainingArm(few, (fakes.filtered({fakes.images[0].file}, "novelty reference", few),))
    with pytest.raises(LeakError, match=r"The novelty reference of .* \(tiny, train\) saw"):
        TrainingArm(few, (fakes.filtered({fakes.images[0].file}, "novelty reference", real),))


# Real images.


def test_only_training_images_train(tiny_data: PreparedData, tmp_path: Path) -> None:
    train, validation = tiny_data.part("train"), tiny_data.part("validation")
    count = len(validation.image_ids)
    with pytest.raises(LeakError, match=f"{count} of the {count} images to train on are held out") as caught:
        TrainingArm(validation)
    assert f"the validation part of 'tiny', with {min(validation.image_ids)}" in caught.value.cause
    with pytest.raises(LeakError, match="the test part of"):
        TrainingArm(open_test_part(tiny_data, tmp_path / "ledger.csv", "planted"))
    with pytest.raises(LeakError, match="are held out"):
        TrainingArm(dataclasses.replace(validation, name="train"))
    with pytest.raises(LeakError, match="are held out"):
        TrainingArm(dataclasses.replace(train, indices=validation.indices))
    with pytest.raises(LeakError, match="not those that their ids name"):
        TrainingArm(dataclasses.replace(train, indices=train.indices[::-1]))


def test_a_split_that_puts_a_group_on_both_sides_trains_nothing(tiny_data: PreparedData) -> None:
    groups = [row.group for row in tiny_data.split.rows]
    pair = next(group for group in groups if groups.count(group) == 2)
    first = groups.index(pair)
    rows = tuple(
        dataclasses.replace(row, part="test" if number == first else "train") if row.group == pair else row
        for number, row in enumerate(tiny_data.split.rows)
    )
    data = tiny_data.under(Split(rows, tiny_data.split.classes), "planted")
    with pytest.raises(LeakError, match=r"1 of the 7[67] images to train on are held out"):
        TrainingArm(data.part("train"))


def test_classes_that_the_data_has_not_are_refused(
    tiny_data: PreparedData, tiny_generator: Path, sampled: Sampled
) -> None:
    fakes = SyntheticSet.open(sampled(tiny_generator), [tiny_generator])
    odd = dataclasses.replace(fakes, images=(dataclasses.replace(fakes.images[0], diagnosis="wart"),))
    with pytest.raises(DataError, match="holds synthetic wart"):
        TrainingArm(tiny_data.part("train"), (odd,))
