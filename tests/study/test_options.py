from dataclasses import replace

import pytest

from lesionlab.core.errors import StudyError
from lesionlab.study.options import judge_of, options_of


def test_a_run_is_trained_with_its_arm_s_options_its_seed_and_the_threads_of_this_machine(ladder, recipe):
    run = next(run for run in ladder.runs if (run.arm, run.seed) == ("penalty", 1))
    options = options_of(ladder, run, 3)
    assert options == replace(recipe, seed=1, threads=3, penalty="r1", consistency_weight=0.0)


def test_the_judge_is_the_plan_s(ladder, judge):
    assert judge_of(ladder, 2) == replace(judge, threads=2)


def test_a_plan_with_options_that_are_not_known_any_more_is_refused(ladder):
    strange = replace(ladder.arms[0], options=ladder.arms[0].options | {"learning_speed": 1.0})
    plan = replace(ladder, arms=(strange, *ladder.arms[1:]), judge=ladder.judge | {"widht": 1.0})
    with pytest.raises(StudyError, match="Unknown key 'learning_speed' in the plan of 'faithful'"):
        options_of(plan, plan.runs[0], 1)
    with pytest.raises(StudyError, match="Unknown key 'widht'"):
        judge_of(plan, 1)
