"""Watches a generator's training: KID and diversity at intervals, the best so far, and signs of collapse."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from lesionlab.models.dcgan import Generator
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.monitor import Alarm, Best, MonitorRecord, write_monitor
from lesionlab.records.options import GanOptions
from lesionlab.records.run import RunFolder
from lesionlab.training.gan_monitor_alarms import CollapseAlarm
from lesionlab.training.gan_monitor_images import Yardstick
from lesionlab.training.tensorboard_log import TensorBoardLog

_LOG = logging.getLogger(__name__)


class Watched(Protocol):
    """The generator in training, as its monitor sees it."""

    steps: int
    total_kimg: float

    @property
    def kimg(self) -> float:
        """Thousand images seen."""

    def averaged_generator(self) -> Generator:
        """Return the generator as it would be exported now."""


class GanMonitor:
    """Looks at the averaged generator every `kid_kimg` and at the losses each tick; keeps the best and its alarms.

    All that it found is part of its state: a resumed run finds the same. `yardstick` is made at the first look.
    """

    def __init__(self, options: GanOptions, yardstick: Callable[[], Yardstick]) -> None:
        self._options, self._make_yardstick = options, yardstick
        self._yardstick: Yardstick | None = None
        self._log: TensorBoardLog | None = None
        self._alarm = CollapseAlarm(options.loss)
        self._looked_kimg = 0.0
        self.best_weights: dict[str, Any] | None = None
        self.record = MonitorRecord()

    @property
    def stopped(self) -> bool:
        """Whether an alarm has ended the training."""
        return self.record.stopped

    def tick(self, run: RunFolder, trainee: Watched, figures: Mapping[str, float]) -> dict[str, float]:
        """Hear a tick's mean figures, look at the images when it is time, write `monitor.json`; return new figures."""
        alarms = self._alarm.hear_losses(trainee.steps, trainee.kimg, figures)
        found: dict[str, float] = {}
        if self._due(trainee):
            found, seen = self._look(trainee)
            alarms += seen
        self._tell(alarms)
        write_monitor(run.path, self.record)
        if self._options.tensorboard:
            self._log = self._log or TensorBoardLog(run, trainee.steps)
            self._log.add(trainee.steps, {**figures, **found})
        return found

    def _due(self, trainee: Watched) -> bool:
        every = self._options.kid_kimg
        if not every:
            return False
        passed = math.floor(trainee.kimg / every + 1e-9) > math.floor(self._looked_kimg / every + 1e-9)
        return passed or trainee.kimg >= trainee.total_kimg

    def _look(self, trainee: Watched) -> tuple[dict[str, float], list[Alarm]]:
        self._yardstick = self._yardstick or self._make_yardstick()
        ruler = self.record.ruler or self._yardstick.ruler()
        generator = trainee.averaged_generator()
        look = self._yardstick.look(generator)
        self._looked_kimg = trainee.kimg
        before = self.record.best
        best_kid = look.kid if before is None else before.kid
        alarms = self._alarm.hear_images(trainee.steps, trainee.kimg, look.kid, best_kid, ruler.blurred, look.diversity)
        best = before
        if before is None or look.kid < before.kid:
            best = Best(trainee.steps, trainee.kimg, look.kid)
            self.best_weights = {name: value.clone() for name, value in generator.state_dict().items()}
        self.record = replace(self.record, ruler=ruler, best=best)
        shares = look.diversity.values()
        return {"kid": look.kid, "diversity": sum(shares) / len(shares), "diversity_least": min(shares)}, alarms

    def _tell(self, alarms: list[Alarm]) -> None:
        stop = bool(alarms) and self._options.on_collapse == "stop"
        for alarm in alarms:
            _LOG.warning(
                "Collapse, step %d (%.1f kimg), since step %d: %s.%s",
                *(alarm.step, alarm.kimg, alarm.since_step, alarm.text),
                " The training ends here." if stop else "",
            )
        stopped = self.record.stopped or stop
        self.record = replace(self.record, alarms=(*self.record.alarms, *alarms), stopped=stopped)

    def state(self) -> dict[str, Any]:
        """Return what was found so far and the weights of the best generator, as tensors and plain values."""
        return {
            "looked_kimg": self._looked_kimg,
            "record": to_plain(self.record),
            "alarm": self._alarm.state(),
            "best": self.best_weights,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state."""
        self._looked_kimg = float(state["looked_kimg"])
        self.record = from_plain(MonitorRecord, state["record"], "the state's monitor")
        self._alarm.restore(state["alarm"])
        self.best_weights = state["best"]
