from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lesionlab.core.errors import ModelError
from lesionlab.core.files import sha256_of
from lesionlab.records.card import read_card, write_card
from lesionlab.records.seen_groups import GROUPS_NAME, read_seen_groups, seen_groups, write_seen_groups

SEEN = seen_groups(train=[("g2", "i3"), ("g1", "i2"), ("g1", "i1")], validation=[("g3", "a name, with a comma")])


@pytest.fixture
def export(tiny_classifier: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_classifier, tmp_path / "export")


def rewrite(export: Path, content: bytes) -> None:
    """Put other content in the place of the list, and pin it in the card."""
    (export / GROUPS_NAME).write_bytes(content)
    write_card(export, replace(read_card(export), groups_sha256=sha256_of(export / GROUPS_NAME)))


def test_groups_and_images_are_told_by_use() -> None:
    assert SEEN.groups() == {"g1", "g2", "g3"}
    assert SEEN.groups("train") == {"g1", "g2"}
    assert SEEN.images("validation") == {"a name, with a comma"}


def test_the_list_does_not_depend_on_the_order_of_the_images() -> None:
    again = seen_groups(validation=[("g3", "a name, with a comma")], train=[("g1", "i1"), ("g1", "i2"), ("g2", "i3")])
    assert again.sha256 == SEEN.sha256
    assert seen_groups(train=[("g1", "i1")]).sha256 != seen_groups(validation=[("g1", "i1")]).sha256


def test_the_list_comes_back(export: Path) -> None:
    digest = write_seen_groups(export, SEEN)
    card = replace(read_card(export), groups_sha256=digest)
    assert read_seen_groups(export, card) == SEEN
    assert (export / GROUPS_NAME).read_bytes().startswith(b"group,image_id,use\ng1,i1,train\n")


def test_a_missing_list_means_that_nobody_knows(export: Path) -> None:
    (export / GROUPS_NAME).unlink()
    with pytest.raises(ModelError, match="which lesions VGG-19 16 px saw is unknown"):
        read_seen_groups(export, read_card(export))


def test_the_list_of_another_model_is_refused(export: Path, tiny_generator: Path) -> None:
    shutil.copy(tiny_generator / GROUPS_NAME, export / GROUPS_NAME)
    with pytest.raises(ModelError, match="its card says"):
        read_seen_groups(export, read_card(export))


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"group,image_id,use\ng1,i1\n", b"group,image_id,use\ng1,i1,test\n"]
)
def test_something_else_in_its_place_is_refused(export: Path, content: bytes) -> None:
    rewrite(export, content)
    with pytest.raises(ModelError, match="no list of lesion groups"):
        read_seen_groups(export, read_card(export))


def test_what_either_saw_is_listed_once() -> None:
    other = seen_groups(train=[("g1", "i1"), ("g4", "i4")], validation=[("g1", "i1")])
    both = SEEN | other
    assert both == other | SEEN
    assert both.images("train") == SEEN.images("train") | {"i4"}
    assert len(both.rows) == len(SEEN.rows) + 2
    assert both.rows == tuple(sorted(both.rows))
