"""Signs that a GAN's training has collapsed, told apart from a bad minute by how long they last."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from lesionlab.records.monitor import Alarm

CHANCE = {"hinge": 2.0, "bce": 2 * math.log(2)}  # the loss of a discriminator that knows nothing
WON_SHARE = 0.05  # of that loss: below it the generator learns nothing
LOGIT_LIMIT = 100.0  # a discriminator's mean output, or the generator's loss, beyond which losses run away
LOSS_TICKS = 3  # in a row
DIVERSITY_FALL = 0.5  # of a class's highest diversity so far
DIVERSITY_ENOUGH = 0.5  # of the real images': above it a fall is none
DIVERSITY_NONE = 0.1  # of the real images': a class that has not even this shows one image again and again
DIVERSITY_LOOKS = 2
KID_TIMES = 4.0  # the best so far
KID_LOOKS = 3


class CollapseAlarm:
    """Hears the figures of each tick and rings once for each sign of collapse, until it has gone again.

    The signs: the discriminator wins (its loss below 5% of chance for three ticks); outputs run away (beyond 100 for
    three ticks); a class loses its diversity (two looks at the images); KID is many times its best (three looks).
    """

    def __init__(self, loss: str) -> None:
        self._won = WON_SHARE * CHANCE[loss]
        self._lasting: dict[str, tuple[int, int, float]] = {}  # sign: how often in a row, since which step and kimg
        self._highest: dict[str, float] = {}  # class: its highest diversity so far

    def hear_losses(self, step: int, kimg: float, figures: Mapping[str, float]) -> list[Alarm]:
        """Return the alarms of a tick's mean losses and discriminator outputs."""
        signs = {"discriminator wins": self._winning(figures), "losses run away": _runaway(figures)}
        return list(self._ring(signs, LOSS_TICKS, step, kimg))

    def hear_images(
        self, step: int, kimg: float, kid: float, best_kid: float, blurred_kid: float, diversity: Mapping[str, float]
    ) -> list[Alarm]:
        """Return the alarms of a look at the images: KID, its best before, that of blurred real images, and the
        diversity of each class as a share of the real images'."""
        narrow = {f"diversity of {name}": self._narrow(name, share) for name, share in diversity.items()}
        alarms = [*self._ring(narrow, DIVERSITY_LOOKS, step, kimg)]
        self._highest |= {name: max(share, self._highest.get(name, 0.0)) for name, share in diversity.items()}
        far = kid > KID_TIMES * abs(best_kid) and kid > blurred_kid  # of few images the best may be below zero
        text = f"KID is {kid:.4f}, more than {KID_TIMES:g} times its best ({best_kid:.4f})" if far else ""
        return [*alarms, *self._ring({"KID": text}, KID_LOOKS, step, kimg)]

    def _winning(self, figures: Mapping[str, float]) -> str:
        loss = figures["loss_d"]
        told = (
            f"The discriminator wins: its loss is {loss:.3g}, below {self._won:.3g}, and the generator learns nothing"
        )
        return told if loss < self._won else ""

    def _narrow(self, name: str, share: float) -> str:
        highest = self._highest.get(name, 0.0)
        told = f"The images of {name} grow alike: their mean distance is {share:.2f} of the real ones'"
        if share < DIVERSITY_NONE:
            return told
        return f"{told}, after {highest:.2f}" if share < min(DIVERSITY_FALL * highest, DIVERSITY_ENOUGH) else ""

    def _ring(self, signs: Mapping[str, str], enough: int, step: int, kimg: float) -> Iterator[Alarm]:
        for kind, text in signs.items():
            if not text:
                self._lasting.pop(kind, None)
                continue
            times, since_step, since_kimg = self._lasting.get(kind, (0, step, kimg))
            self._lasting[kind] = (times + 1, since_step, since_kimg)
            if times + 1 == enough:
                yield Alarm(kind, since_step, since_kimg, step, kimg, text)

    def state(self) -> dict[str, Any]:
        """Return what has lasted so far, as plain values."""
        return {"lasting": {kind: list(each) for kind, each in self._lasting.items()}, "highest": dict(self._highest)}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state."""
        self._lasting = {kind: (times, step, kimg) for kind, (times, step, kimg) in state["lasting"].items()}
        self._highest = dict(state["highest"])


def _runaway(figures: Mapping[str, float]) -> str:
    beyond = [name for name in ("d_real", "d_fake", "loss_g") if abs(figures[name]) > LOGIT_LIMIT]
    told = " and ".join(f"{name} is {figures[name]:.3g}" for name in beyond)
    return f"The losses run away: {told}, beyond {LOGIT_LIMIT:g}" if beyond else ""
