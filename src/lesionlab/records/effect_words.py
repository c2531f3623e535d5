"""The outcome of a study in plain words: what pages, terminals and apps say of a record."""

from __future__ import annotations

from lesionlab.records.effect import ArmOutcome, Difference, EffectRecord, Reading, ShareOutcome, WorthRecord

ANSWERS = {
    "helps": "Synthetic images help",
    "hurts": "Synthetic images hurt",
    "no relevant effect": "Synthetic images make no difference that matters",
    "inconclusive": "The data cannot tell",
    "no verdict": "No verdict",
}
MEANINGS = {
    "helps": "better, by enough to matter, than without them and than with repeats of the real images in their place",
    "hurts": "worse, by enough to matter, than without them and than with repeats of the real images in their place",
    "no relevant effect": "neither better nor worse by as much as matters; that is an answer, too",
    "inconclusive": "the study was sound, and its lesions are too few, or its trainings too unlike, to tell",
    "no verdict": "the study is too small, or could not have shown even what more real images do",
}


def points(share: float) -> str:
    """Return a difference in points, signed, such as `+2.1`."""
    rounded = round(100 * share, 1)
    return f"{rounded:+.1f}" if rounded else "0.0"


def between(found: Difference) -> str:
    """Return the 95% interval of a difference in words, in points."""
    return f"{points(found.low)} to {points(found.high)}"


def answer(reading: Reading) -> str:
    """Return what a reading says, in a few words."""
    return ANSWERS[reading.word]


def of_real(share: float) -> str:
    """Return which share of the real images it is about."""
    return "With all real images" if share == 1 else f"With {100 * share:g}% of the real images"


def told(found: Difference, who: str = "") -> str:
    """Return a difference in a sentence."""
    way = "better" if found.estimate >= 0 else "worse"
    size = abs(100 * found.estimate)
    sure = "" if found.told else "; zero is not excluded"
    return f"{who or found.arm} is {size:.1f} points {way} than {found.other} (95% interval {between(found)}{sure})"


def worth_told(worth: WorthRecord) -> str:
    """Return in a sentence what synthetic images were worth beside new real ones."""
    if worth.share is None or worth.low is None or worth.high is None:
        return (
            "What the synthetic images are worth beside as many new real ones is not bounded: the gain by new real "
            "images is itself not told from zero."
        )
    return (
        f"The synthetic images gave {100 * worth.share:.0f}% of what as many new real images gave (95% interval "
        f"{100 * worth.low:.0f}% to {100 * worth.high:.0f}%)."
    )


def taught_alone(record: EffectRecord) -> str:
    """Return what the synthetic images teach alone, corrected for chance; blank where no arm was taught so."""
    chance = 1 / len(record.classes)
    for share in record.shares:
        alone = next((arm for arm in share.arms if _is_alone(arm)), None)
        real = None if record.choice is None else share.arm(record.choice.real)
        if alone is not None and real is not None:
            mine, theirs = (arm.metrics[0].value for arm in (alone, real))
            part = (
                "" if theirs <= chance else f": {(mine - chance) / (theirs - chance):.0%} of the way from chance to it"
            )
            return (
                f"Taught by synthetic images alone, a classifier reaches a balanced accuracy of {mine:.3f}; taught by "
                f"the real ones, {theirs:.3f}{part}."
            )
    return ""


def _is_alone(arm: ArmOutcome) -> bool:
    return arm.dose == 1 and arm.pretraining == 0 and arm.fill in ("raw", "filtered")


def state(record: EffectRecord) -> str:
    """Return in a sentence how far the study is; blank where it is done."""
    if not record.left:
        return ""
    return f"{record.left} trainings that the verdicts rest on are still to be done: what is said here may change."


def missing(share: ShareOutcome) -> str:
    """Return why there is no verdict at a share yet; blank where there is one."""
    return f"There is no verdict yet: {share.missing}" if share.missing else ""
