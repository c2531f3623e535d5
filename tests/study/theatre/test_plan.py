from dataclasses import replace

import pytest

from lesionlab.core.errors import StudyError
from lesionlab.study.theatre.plan import SCENES, TITLES, TOLD


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"share": 0.6}, "share is 0.6"), ({"folds": 1}, "folds is 1"), ({"seeds": (0, 0)}, "seeds are")],
)
def test_what_cannot_be_played_is_refused(plan, changes, told):
    with pytest.raises(StudyError, match=told):
        replace(plan, **changes)


def test_every_scene_has_a_title_and_a_sentence_and_another_plan_another_hash(plan):
    assert set(TITLES) == set(TOLD) == set(SCENES)
    assert replace(plan, share=0.3).sha256 != plan.sha256
