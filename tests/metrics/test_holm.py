import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.metrics.holm import adjusted


def test_by_hand():
    assert adjusted([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert adjusted([0.5, 0.6]) == (1.0, 1.0)
    assert adjusted([]) == ()


def test_more_questions_make_each_answer_less_sure():
    assert adjusted([0.01, 0.9, 0.9, 0.9])[0] > adjusted([0.01, 0.9])[0] > adjusted([0.01])[0] == 0.01


def test_the_chance_of_any_false_alarm_among_seven_is_at_most_five_in_a_hundred():
    draw = np.random.default_rng(0)
    alarms = [min(adjusted(draw.random(7).tolist())) <= 0.05 for _ in range(4000)]
    assert np.mean(alarms) == pytest.approx(1 - (1 - 0.05 / 7) ** 7, abs=0.011)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_what_is_no_p_value_is_refused(p):
    with pytest.raises(InputError, match="no p-value"):
        adjusted([0.5, p])
