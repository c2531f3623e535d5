"""The curves of a generator's run, with what each of them says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lesionlab.records.figures import Level, Line, Moment, key, line_chart
from lesionlab.records.monitor import MonitorRecord
from lesionlab.records.options import GanOptions
from lesionlab.training.gan_monitor_alarms import CHANCE, KID_TIMES, WON_SHARE

Stats = Sequence[Mapping[str, float]]


@dataclass(frozen=True)
class Curve:
    """A chart, its title, how to read it, and the look and name of each of its lines."""

    title: str
    note: str
    chart: Markup
    keys: tuple[tuple[Markup, str], ...]


def curves(stats: Stats, found: MonitorRecord, options: GanOptions) -> list[Curve]:
    """Return the curves of what was recorded, in the order of their weight; those of nothing are left out."""
    best = [] if found.best is None else [Moment("best", found.best.kimg)]
    alarms = [Moment("alarm", alarm.kimg, bad=True) for alarm in found.alarms]
    made = [
        _kid(stats, found, best, alarms),
        _chart(
            "Losses",
            f"Near {CHANCE[options.loss]:.3g} the discriminator knows nothing; below "
            f"{WON_SHARE * CHANCE[options.loss]:.2g} it has won, and the generator learns nothing.",
            stats,
            {"loss_d": "discriminator", "loss_g": "generator"},
            moments=alarms,
        ),
        _chart(
            "What the discriminator says",
            "Its mean output for real and for synthetic images. The further apart, the surer it is.",
            stats,
            {"d_real": "real images", "d_fake": "synthetic images"},
            moments=alarms,
        ),
        _chart(
            "Length of the gradients",
            "Of all parameters as one vector, before each step, on a logarithmic axis.",
            stats,
            {"grad_d": "discriminator", "grad_g": "generator"},
            log=True,
            moments=alarms,
        ),
        _chart(
            "Diversity within a class",
            "Mean distance between two images of a class, as a share of the real ones'. A fall means that images "
            "of one class grow alike.",
            stats,
            {"diversity": "mean of the classes", "diversity_least": "least diverse class"},
            levels=[Level("real images", 1.0)],
            moments=alarms,
        ),
    ]
    return [curve for curve in made if curve is not None]


def _kid(stats: Stats, found: MonitorRecord, best: list[Moment], alarms: list[Moment]) -> Curve | None:
    if found.ruler is None:
        return None
    ruler = found.ruler
    blurred = f"real images blurred at {ruler.blur_px:g} px"
    note = (
        f"Distance to {ruler.images:,} real images of the validation part, the mean of {len(ruler.images_per_class)} "
        f"classes and {len(ruler.spaces)} feature spaces of random weights, on a logarithmic axis. It has no bias: "
        f"other real images, as many, give {ruler.real:.5f}. More than {KID_TIMES:g} times the best is an alarm."
    )
    levels = [Level(blurred, ruler.blurred)]
    return _chart("KID", note, stats, {"kid": "KID"}, levels=levels, moments=[*best, *alarms], log=True)


def _chart(
    title: str,
    note: str,
    stats: Stats,
    names: Mapping[str, str],
    levels: Sequence[Level] = (),
    moments: Sequence[Moment] = (),
    log: bool = False,
) -> Curve | None:
    lines = [Line(told, [(line["kimg"], line[name]) for line in stats if name in line]) for name, told in names.items()]
    if not any(line.points for line in lines):
        return None
    keys = tuple((key(number), line.name) for number, line in enumerate(lines)) if len(lines) > 1 else ()
    return Curve(title, note, line_chart(title, lines, levels, moments, log=log), keys)
