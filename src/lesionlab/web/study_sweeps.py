"""What the sweeps of a study found, as charts with a table beside each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from lesionlab.records.card import Metric, figure
from lesionlab.records.effect import ArmOutcome, EffectRecord, ShareOutcome
from lesionlab.records.effect_words import between, of_real, points
from lesionlab.records.figures import Level, Line, key, line_chart

BALANCED_ACCURACY = "balanced_accuracy"
Cell = tuple[str, str]  # a value and its interval
Points = dict[float, tuple[float, Cell]]  # by place in percent: the value, and what the table says of it


@dataclass(frozen=True)
class Sweep:
    """One chart, the names of its lines with their strokes, and the same figures as rows of text."""

    title: str
    note: str
    along: str  # what its rows stand for
    chart: Markup
    keys: tuple[tuple[Markup, str], ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def sweeps(record: EffectRecord) -> list[Sweep]:
    """Return the sweeps of a study that have two points or more: over shares of the real images, and over doses."""
    if record.choice is None:
        return []
    return [*_over_shares(record), *(sweep for share in record.shares for sweep in _over_doses(record, share))]


def _over_shares(record: EffectRecord) -> list[Sweep]:
    read = next((share.verdict for share in record.shares if share.verdict), None)
    if read is None:
        return []
    compared = {read.synthetic: "synthetic images", read.replay: "repeats", read.real: "best arm without"}
    lines: dict[str, Points] = {}
    for arm, told in compared.items():
        found = ((share.share, share.arm(arm)) for share in record.shares)
        known = ((share, one.metric(BALANCED_ACCURACY)) for share, one in found if one is not None)
        lines[f"{arm}, {told}"] = {100 * at: (m.value, _measured(m)) for at, m in known if m is not None}
    note = "Balanced accuracy by the share of the real images at hand; shares without a verdict have one seed."
    return _drawn("Fewer real images", note, "Real images", lines)


def _over_doses(record: EffectRecord, share: ShareOutcome) -> list[Sweep]:
    if share.verdict is None or record.choice is None:
        return []
    chosen = share.arm(share.verdict.synthetic)
    fills = ({} if chosen is None else {chosen.fill: "synthetic images"}) | {"replay": "repeats"}
    lines = {f"{fill}: {told}": _by_dose(share.arms, fill) for fill, told in fills.items()}
    note = "Gain in balanced accuracy over the best arm without, in points, by the share of slots that are filled."
    zero = (Level("no difference", 0.0),)
    return _drawn(f"{of_real(share.share)}, by dose", note, "Slots filled", lines, zero)


def _by_dose(arms: tuple[ArmOutcome, ...], fill: str) -> Points:
    gains = ((arm.dose, arm.over_real) for arm in arms if arm.fill == fill and not arm.pretraining and arm.dose < 1)
    told = ((dose, found) for dose, found in gains if found is not None)
    return {100 * dose: (100 * found.estimate, (points(found.estimate), between(found))) for dose, found in told}


def _drawn(
    title: str, note: str, along: str, lines: Mapping[str, Points], levels: tuple[Level, ...] = ()
) -> list[Sweep]:
    """Return the sweep of these lines; none where no line has two points."""
    lines = {name: dict(sorted(found.items())) for name, found in lines.items() if found}
    if max(map(len, lines.values()), default=0) < 2:
        return []
    curves = [Line(name, [(at, value) for at, (value, _) in found.items()]) for name, found in lines.items()]
    places = sorted({at for found in lines.values() for at in found}, reverse=True)
    rows = tuple(
        (f"{at:g}%", tuple(found[at][1] if at in found else ("", "") for found in lines.values())) for at in places
    )
    keys = tuple((key(number), line.name) for number, line in enumerate(curves))
    return [Sweep(title, note, along, line_chart(title, curves, levels, unit="%"), keys, rows)]


def _measured(metric: Metric) -> Cell:
    bounds = (metric.low, metric.high)
    return metric.text, " to ".join(figure(bound) for bound in bounds if bound is not None)
