from dataclasses import replace

import pytest

from lesionlab.core.errors import LeakError
from lesionlab.data.prepared import PreparedData
from lesionlab.evaluation.unseen import check_unseen
from lesionlab.records.seen_groups import seen_groups
from lesionlab.records.split import Split


def external(data, ids=None, source="isic2017"):
    """The drawn test part as an external set of its own, its images under other names."""
    rows = [row for row in data.split.rows if row.part == "test"]
    names = ids or [f"ISIC_{n:07d}" for n in range(len(rows))]
    split = Split(
        tuple(
            replace(row, image_id=name, lesion_id=name, group=name, part="external")
            for row, name in zip(rows, names, strict=True)
        ),
        data.split.classes,
    )
    found = PreparedData(data.folder, data.record, split)
    found.metadata = [{"image_id": row.image_id, "source": source} for row in split.rows]
    return found


def test_a_set_of_other_images_is_fine(tiny_data):
    train = tiny_data.part("train")
    check_unseen(seen_groups(train=zip(train.groups, train.image_ids, strict=True)), external(tiny_data), "external")


@pytest.mark.parametrize("seen", ["isic2017:ISIC_0000002", "isic:ISIC_0000002", "ISIC_0000002"])
@pytest.mark.parametrize("use", ["train", "validation"])
def test_an_image_that_the_model_saw_under_whatever_source_is_found(tiny_data, seen, use):
    with pytest.raises(LeakError, match=r"has seen 1 of the \d+ images .*, such as ISIC_0000002"):
        check_unseen(seen_groups(**{use: [("g", seen)]}), external(tiny_data), "external")


def test_ids_of_other_sources_name_images_within_their_source(tiny_data):
    rows = [row for row in tiny_data.split.rows if row.part == "test"]
    found = external(tiny_data, [f"picture-{n}" for n in range(len(rows))], "clinic")
    check_unseen(seen_groups(train=[("g", "web:picture-2")]), found, "external")
    with pytest.raises(LeakError):
        check_unseen(seen_groups(train=[("g", "clinic:picture-2")]), found, "external")


def test_a_sibling_is_enough(tiny_data):
    row = next(row for row in tiny_data.split.rows if row.part == "test")
    with pytest.raises(LeakError, match="others of their lesions"):
        check_unseen(seen_groups(train=[(row.group, "another image")]), tiny_data, "test")


def test_what_chose_the_stopping_point_may_be_measured_on_as_validation_only(tiny_data):
    validation = tiny_data.part("validation")
    seen = seen_groups(validation=zip(validation.groups, validation.image_ids, strict=True))
    check_unseen(seen, tiny_data, "validation")
    check_unseen(seen, tiny_data, "test")
