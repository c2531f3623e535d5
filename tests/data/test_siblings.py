from __future__ import annotations

import pytest

from lesionlab.core.errors import LeakError
from lesionlab.data.groups import known_duplicates
from lesionlab.data.siblings import known_groups, refuse_torn


def test_known_lesions_that_lie_together_pass_under_any_name() -> None:
    refuse_torn({image_id: f"renamed {group}" for image_id, group in known_groups().items()})
    refuse_torn({"mine-1": "a", "mine-2": "b"})


def test_known_duplicates_are_siblings_though_their_lesion_ids_differ() -> None:
    one, other = known_duplicates()[0]
    with pytest.raises(LeakError, match=f"1 lesions of HAM10000 are torn apart: {one} and {other}"):
        refuse_torn({one: "a", other: "b", "ISIC_0024306": "c"})
