"""An audit in plain words: its verdict, what was checked, what a leak does to a score, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from lesionlab.core.licences import find_licence
from lesionlab.records.audit import Audit, Check, CheckName, Exposure

FEW_LESIONS = 30
FEW_SEEN = 0.05  # below, published figures of whole splits by image say nothing

_ONE: dict[CheckName, str] = {
    "images": "image",
    "lesions": "lesion",
    "groups": "lesion group",
    "known": "known duplicate pair",
    "same": "pair of equal pictures",
    "near": "pair of near duplicates",
}
_MANY: dict[CheckName, str] = {
    "images": "images",
    "lesions": "lesions",
    "groups": "lesion groups",
    "known": "known duplicate pairs",
    "same": "pairs of equal pictures",
    "near": "pairs of near duplicates",
}
STRATA = {
    "dx_type": "How the diagnosis was made",
    "age": "Age in years",
    "sex": "Sex",
    "localization": "Site on the body",
    "dataset": "Data set within HAM10000",
    "source": "Source",
}

EVIDENCE_OF_WORTH = (
    "What that is worth, as published: on HAM10000, an InceptionV3 reached a balanced accuracy of .76 on an 80/20 "
    "split by image and .685 on one by lesion (yuanqing811/ISIC2018). The best of several classifiers of two classes, "
    "on frozen embeddings, reached an AUC of 1.000 with siblings across and .934 with one image per lesion "
    "(MulTaBench, pull request 30)."
)
NO_COMPARISON = (
    "Do not set the score of this split beside that of a corrected one: the corrected test part holds other "
    "images, and a score on it can even be higher."
)


def units(name: CheckName, number: int) -> str:
    """Return a number with what it counts: `39 lesions`."""
    return f"{number:,} {_ONE[name] if number == 1 else _MANY[name]}"


def title(name: CheckName) -> str:
    """Return what a check looks for, as the head of its row."""
    return _MANY[name][:1].upper() + _MANY[name][1:]


def verdict(audit: Audit) -> str:
    """Return the first line of every report: `No leak found`, or `LEAKS: ` and what crosses."""
    if not audit.leaks:
        return "No leak found"
    told = [check for check in audit.checks if check.state == "leak" and (check.name != "groups" or only_groups(audit))]
    return f"LEAKS: {'; '.join(_crossing(check) for check in told)}"


def only_groups(audit: Audit) -> bool:
    """Tell whether groups cross that no other check explains."""
    explaining = (audit.check(name).state for name in ("images", "lesions", "known"))
    return audit.check("groups").state == "leak" and "leak" not in explaining


def _crossing(check: Check) -> str:
    between = list(check.between().items())
    pair = check.name in ("known", "same", "near")
    if len(between) == 1:
        (one, other), number = between[0]
        return f"{units(check.name, number)} {f'across {one}' if pair else f'in both {one}'} and {other}"
    where = "across parts" if pair else "in more than one part"
    return f"{units(check.name, len(check.found))} {where}"


def coverage(audit: Audit) -> str:
    """Say which checks were made and which were not."""
    unchecked = [_MANY[check.name] for check in audit.checks if check.state == "unchecked"]
    made = len(audit.checks) - len(unchecked)
    if not unchecked:
        return f"All {made} checks were made."
    return f"{made} of {len(audit.checks)} checks were made; not looked for: {_listed(unchecked)}."


def score_effect(audit: Audit) -> tuple[str, ...]:
    """Say what the leak does to a score, in paragraphs; empty without a leak."""
    exposed = [exposure for exposure in audit.exposures if exposure.all.seen]
    if not audit.leaks:
        return ()
    if not exposed:
        return (EVIDENCE_OF_WORTH, NO_COMPARISON)
    told = [_seen(exposure) for exposure in exposed] if len(exposed) <= 2 else [_seen_in_folds(exposed)]
    meaning = (
        "A model can recognise these lesions instead of diagnosing them, so a score on the part measures memory "
        "together with skill, and nobody can tell the two apart afterwards."
    )
    if max(exposure.all.seen / exposure.all.images for exposure in exposed) < FEW_SEEN:
        return (f"{' '.join(told)} {meaning}", " ".join(_bound(exposure) for exposure in exposed))
    return (f"{' '.join(told)} {meaning}", EVIDENCE_OF_WORTH, NO_COMPARISON)


def _seen(exposure: Exposure) -> str:
    found = exposure.all
    others = "training" if exposure.others == ("train",) else "another part"
    by_id = f", {_count(found.siblings)} of them under the same lesion id" if found.siblings != found.seen else ""
    return (
        f"{percent(found.seen, found.images)} of the {exposure.part} images ({found.seen:,} of {found.images:,}) show "
        f"a lesion that {others} shows as well{by_id}."
    )


def _count(number: int) -> str:
    return f"{number:,}" if number else "none"


def _seen_in_folds(exposures: Sequence[Exposure]) -> str:
    shares = sorted(exposure.all.seen / exposure.all.images for exposure in exposures)
    return (
        f"{shares[0]:.1%} to {shares[-1]:.1%} of the images of each of {len(exposures)} parts show a lesion that "
        "another part shows as well."
    )


def _bound(exposure: Exposure) -> str:
    shares = [seen.seen / seen.images for seen in exposure.classes if seen.images]
    accuracy, balanced = 100 * exposure.all.seen / exposure.all.images, 100 * sum(shares) / len(shares)
    return (
        f"On the {exposure.part} part that is worth at most {accuracy:.2f} points of accuracy and {balanced:.2f} "
        "points of balanced accuracy, counted by image."
    )


def next_step(audit: Audit) -> str:
    """Say what to do now."""
    if audit.leaks and _by_sight_alone(audit):
        return (
            "Look at the pairs (`--html FILE`); `--out FOLDER` writes a split without them that keeps what is held out."
        )
    if audit.leaks:
        return (
            "Add `--out FOLDER` for a leak-free version that keeps what is held out, and score the models anew on it."
        )
    if audit.check("same").state == "unchecked":
        return "For the other checks, prepare the images and name the set as well."
    return "Nothing has to be done."


def _by_sight_alone(audit: Audit) -> bool:
    return {check.name for check in audit.checks if check.state == "leak"} == {"near"}


def small_classes(audit: Audit) -> str:
    """Name the classes with few lesions in the test part, and what one lesion is worth there; empty when none is."""
    if "test" not in audit.parts:
        return ""
    numbers = {tally.value: tally.parts["test"].lesions for tally in audit.classes}
    few = [f"{code} {number}" for code, number in numbers.items() if 0 < number < FEW_LESIONS]
    least = min((number for number in numbers.values() if number), default=0)
    if not few:
        return ""
    points = f"one lesion of {least} moves a recall by {100 / least:.0f} points"
    return (
        f"Few lesions in the test part ({', '.join(few)}): {points}. Report intervals; claim nothing for these alone."
    )


def absent_classes(audit: Audit) -> str:
    """Name the classes that a part lacks; empty when none does."""
    absent = [
        f"{part} has no {tally.value}"
        for tally in audit.classes
        for part in audit.parts
        if tally.all.images and not tally.parts[part].images
    ]
    return f"Absent: {', '.join(absent)}." if absent else ""


def licence_name(code: str) -> str:
    """Return the name that people write of a licence's code, or the words given where it is none."""
    found = find_licence(code)
    return found.name if found else code


def percent(number: int, of: int) -> str:
    """Return a share as `39.1%`."""
    return f"{number / of:.1%}" if of else "0.0%"


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
