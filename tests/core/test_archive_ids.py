from __future__ import annotations

import pytest

from lesionlab.core.archive_ids import archive_id


@pytest.mark.parametrize("image_id", ["ISIC_0024306", "isic:ISIC_0024306", "a:b:ISIC_0024306"])
def test_an_id_of_the_archive_is_found_behind_its_source(image_id: str):
    assert archive_id(image_id) == "ISIC_0024306"


@pytest.mark.parametrize(
    "image_id", ["", "picture-2", "web:picture-2", "ISIC_123", "ISIC_0024306.jpg", "ISIC_0024306:2"]
)
def test_other_ids_are_none_of_the_archives(image_id: str):
    assert archive_id(image_id) == ""
