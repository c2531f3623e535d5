import math

import pytest

from lesionlab.records.monitor import Alarm, Best, MonitorRecord, Ruler
from lesionlab.records.options import GanOptions
from lesionlab.training.report_curves import curves

LOSSES = {"loss_d": 1.5, "loss_g": 0.4, "d_real": 0.3, "d_fake": -0.2, "grad_d": 2.0, "grad_g": 0.5}
STATS = [
    {"kimg": 6.4 * n, **LOSSES, **({"kid": 0.2 / n, "diversity": 0.8, "diversity_least": 0.6} if n % 2 else {})}
    for n in range(1, 8)
]
RULER = Ruler(("a", "b", "c"), {"nv": 900, "mel": 200}, real=0.00123, blurred=0.05, blur_px=2.0)
ALARM = Alarm("KID", 1000, 64.0, 2000, 25.6, "KID is 0.5")
FOUND = MonitorRecord(RULER, Best(700, 44.8, 0.0286), (ALARM,))


def test_all_that_was_recorded_has_a_curve():
    assert [curve.title for curve in curves(STATS, FOUND, GanOptions())] == [
        "KID",
        "Losses",
        "What the discriminator says",
        "Length of the gradients",
        "Diversity within a class",
    ]


def test_what_was_not_recorded_has_none():
    stats = [{"kimg": line["kimg"], "loss_d": 1.5, "loss_g": 0.4} for line in STATS]
    assert [curve.title for curve in curves(stats, MonitorRecord(), GanOptions())] == ["Losses"]


def test_kid_tells_its_n_its_spaces_and_its_rulers():
    kid = curves(STATS, FOUND, GanOptions())[0]
    assert "1,100 real images of the validation part" in kid.note
    assert "2 classes and 3 feature spaces" in kid.note
    assert "0.00123" in kid.note
    assert "real images blurred at 2 px" in kid.chart
    assert "best" in kid.chart


def test_alarms_stand_in_every_curve():
    assert all("alarm" in curve.chart for curve in curves(STATS, FOUND, GanOptions()))
    assert not any("alarm" in curve.chart for curve in curves(STATS, MonitorRecord(RULER), GanOptions()))


@pytest.mark.parametrize(("loss", "chance"), [("hinge", "2"), ("bce", "1.39")])
def test_the_losses_say_where_chance_lies(loss, chance):
    assert f"Near {chance} the discriminator knows nothing" in curves(STATS, FOUND, GanOptions(loss=loss))[1].note


def test_a_figure_that_is_not_finite_breaks_no_curve():
    stats = [*STATS, {"kimg": 99.0, **LOSSES, "loss_g": math.inf, "kid": math.nan}]
    for curve in curves(stats, FOUND, GanOptions()):
        assert "nan" not in curve.chart
        assert "inf" not in curve.chart
