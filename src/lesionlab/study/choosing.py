"""Which arms a study compares: chosen on the validation lesions of one fold, before any lesion is tested."""

from __future__ import annotations

from dataclasses import dataclass, field

from lesionlab.core.errors import StudyError
from lesionlab.records.protocol import Protocol, Role
from lesionlab.study.evidence import Findings
from lesionlab.study.verdict import Evidence

WHOLE = 1.0
PERFECT = "perfect"


@dataclass(frozen=True)
class Choices:
    """The best arm without synthetic images, the best with them, and the balanced accuracy of each candidate."""

    real: str
    synthetic: str
    scores: dict[str, float] = field(default_factory=dict)


def choose(findings: Findings, protocol: Protocol) -> Choices:
    """Return the choices of a study; of equal candidates the one that the protocol names first.

    Raises:
        StudyError: a candidate was not trained in the fold that is chosen in.
    """
    real, of_real = best_of("real", findings, protocol)
    synthetic, of_synthetic = best_of("synthetic", findings, protocol)
    return Choices(real, synthetic, of_real | of_synthetic)


def best_of(role: Role, findings: Findings, protocol: Protocol) -> tuple[str, dict[str, float]]:
    """Return the best candidate of a role, and the balanced accuracy of each on the lesions to choose on.

    Raises:
        StudyError: one was not trained in the fold that is chosen in.
    """
    share, fold = max(protocol.real_shares), protocol.choice_fold
    scores = {arm.name: findings.validated(arm.name, share, fold) for arm in protocol.of_role(role)}
    return max(scores, key=scores.__getitem__), scores


def replay_of(protocol: Protocol, synthetic: str) -> str:
    """Return the control that fills the slots that an arm fills with repeats of real images.

    Raises:
        StudyError: there is none at its dose and pretraining.
    """
    arm = protocol.arm(synthetic)
    replay = protocol.replay_in(arm)
    if replay is None:
        raise StudyError(
            f"No arm repeats real images in the slots of '{arm.name}': dose {arm.dose:g}, pretraining "
            f"{arm.pretraining:g}.",
            "Add one to the protocol, with these two, fill = replay and role = control.",
        )
    return replay.name


def evidence_of(findings: Findings, protocol: Protocol, choices: Choices, share: float) -> Evidence:
    """Return what the verdict at a share of the real images is made of.

    Raises:
        StudyError: an arm that it needs was not trained.
    """
    replay = replay_of(protocol, choices.synthetic)
    compared = (choices.synthetic, choices.real, replay)
    grid = findings.grid(compared, share)
    perfect = perfect_of(protocol, share)
    return Evidence(
        over_real=findings.compare(choices.synthetic, choices.real, share, grid=grid),
        over_replay=findings.compare(choices.synthetic, replay, share, grid=grid),
        folds=len(grid.folds),
        seeds=len(grid.seeds),
        control=findings.compare(perfect, replay, share) if perfect else None,
    )


def perfect_of(protocol: Protocol, share: float) -> str:
    """Return the arm whose slots hold real images that were held back; blank where none are, or no arm has them."""
    names = [arm.name for arm in protocol.of_role("control") if arm.fill == PERFECT]
    return names[0] if names and share < WHOLE else ""
