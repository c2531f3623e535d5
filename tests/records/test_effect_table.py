import csv
import io

import pytest

from lesionlab.records.effect import EffectRecord
from lesionlab.records.effect_table import COLUMNS, effect_table


@pytest.fixture(scope="module")
def rows(effect: EffectRecord) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(effect_table(effect))))


def test_each_figure_has_a_line_with_interval_and_n(rows, effect):
    assert list(rows[0]) == list(COLUMNS)
    metrics = sum(len(arm.metrics) for share in effect.shares for arm in share.arms)
    assert len([row for row in rows if row["kind"] == "arm"]) == metrics
    assert {row["kind"] for row in rows} == {"arm", "verdict", "sweep", "diagnosis", "metric", "worth"}
    assert all(int(row["lesions"]) > 0 and row["folds"] and row["seeds"] for row in rows)


def test_its_values_are_those_of_the_outcome(rows, effect):
    quarter = effect.shares[1]
    (line,) = [row for row in rows if (row["share"], row["kind"], row["other"]) == ("0.25", "verdict", "augmented")
               and row["arm"] == "raw"]  # fmt: skip
    found = quarter.verdict.over_real
    assert [float(line[name]) for name in ("value", "low", "high", "p_value")] == pytest.approx(
        [found.estimate, found.low, found.high, found.p_value], rel=1e-5
    )
    (worth,) = [row for row in rows if row["kind"] == "worth"]
    assert float(worth["value"]) == pytest.approx(quarter.worth.share, rel=1e-5)
    adjusted = [float(row["p_value"]) for row in rows if row["kind"] == "diagnosis" and row["other"] == "replay"]
    assert adjusted[:3] == pytest.approx([each.adjusted_over_replay for each in effect.shares[0].classes], rel=1e-5)
