"""Debunk it yourself: what the records of a study would have been taken to say without some of its safeguards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lesionlab.core.errors import InputError
from lesionlab.core.names import did_you_mean
from lesionlab.records.effect import Difference, EffectRecord, Reading, ShareOutcome
from lesionlab.records.effect_words import answer, between, points


@dataclass(frozen=True)
class Debunk:
    """The verdict at a share, and the reading without these safeguards; None where the records do not tell."""

    share: ShareOutcome
    honest: Reading
    switches: tuple[str, ...]
    without: Reading | None

    @property
    def told(self) -> str:
        """In a sentence, what the missing safeguards did; blank with none missing."""
        return what_it_did(self.honest, self.without) if self.switches and self.without else ""

    @property
    def short(self) -> list[Reading]:
        """The readings at the share without one safeguard at most."""
        return [read for read in self.share.readings if len(read.switches) < 2]

    @property
    def longer(self) -> list[Reading]:
        """The readings at the share without several safeguards."""
        return [read for read in self.share.readings if len(read.switches) > 1]


def judged(record: EffectRecord) -> dict[str, ShareOutcome]:
    """Return the shares of the real images that have a verdict, as addresses name them: in percent."""
    return {f"{100 * share.share:g}": share for share in record.shares if share.verdict}


def debunk(record: EffectRecord, at: str | None, names: Sequence[str]) -> Debunk | None:
    """Return what is found at a share, or the first, without these safeguards; None where there is no verdict at all.

    Raises:
        InputError: there is no such share or safeguard.
    """
    shares = judged(record)
    if not shares:
        return None
    share = next(iter(shares.values())) if at is None else shares.get(at)
    if share is None or share.verdict is None:
        raise InputError(
            f"There is no verdict at '{(at or '')[:20]}' percent of the real images.",
            f"There is one at {', '.join(shares)}.",
        )
    for name in names:
        if name not in record.switches:
            cure = did_you_mean(name[:40], record.switches)
            raise InputError(f"There is no safeguard '{name[:40]}' to leave out.", cure)
    switches = tuple(name for name in record.switches if name in names)
    return Debunk(share, share.verdict, switches, share.reading(switches))


def what_it_did(honest: Reading, without: Reading) -> str:
    """Return in a sentence what missing safeguards made of an honest verdict."""
    number = len(without.switches)
    missing = "the missing safeguard" if number == 1 else f"the {number} missing safeguards"
    if without.word == honest.word:
        begun = f"The answer is the same without {missing}"
    else:
        begun = f"Without {missing}, \u201c{answer(honest)}\u201d becomes \u201c{answer(without)}\u201d"
    return f"{begun}: {'; '.join(_changes(honest, without))}."


def _changes(honest: Reading, without: Reading) -> list[str]:
    told = [f"the gain over the best arm without is told as {_gain(without.over_real)}, not {_gain(honest.over_real)}"]
    if without.synthetic != honest.synthetic:
        told.append(f"it is that of another arm, {without.synthetic} in place of {honest.synthetic}")
    if without.over_replay is None and honest.over_replay is not None:
        told.append(f"that over repeats of real images, {_gain(honest.over_replay)}, is not seen")
    if without.over_real.lesions < honest.over_real.lesions:
        told.append(f"it rests on {without.over_real.lesions:,} lesions in place of {honest.over_real.lesions:,}")
    return told


def _gain(found: Difference) -> str:
    return f"{points(found.estimate)} points ({between(found)})"
