"""Work out the whole outcome of a study of synthetic images from its records alone."""

from __future__ import annotations

from lesionlab.core.errors import StudyError
from lesionlab.core.progress import Progress, silent
from lesionlab.records.effect import ChoiceRecord, EffectRecord, ShareOutcome, TrainingLine
from lesionlab.records.ledger import Opening, read_ledger
from lesionlab.records.tested import TestedRecord
from lesionlab.study.arm_outcomes import arm_outcomes, class_effects, metric_effects, worth_of
from lesionlab.study.checks import checks
from lesionlab.study.choosing import Choices, choose
from lesionlab.study.debunking import TOLD
from lesionlab.study.evidence import Findings
from lesionlab.study.frozen import FrozenStudy
from lesionlab.study.readings import readings
from lesionlab.study.trials import confirming_trials


def effect_of(study: FrozenStudy, progress: Progress = silent) -> EffectRecord:
    """Return the outcome of a study as far as its records go; the same records give the same outcome.

    Raises:
        StudyError: there is no record yet, or a damaged one.
    """
    tested, openings = study.tested(), _openings(study)
    if not tested:
        raise StudyError(f"{study.path.name} has no record yet.", "Run it: `lesionlab study run`.")
    findings = Findings(study.images, study.frozen.classes, tested, study.strata())
    records = [each.record for each in tested]
    choices, missing = _chosen(findings, study)
    lesions = {row.lesion: row.diagnosis for row in study.images.rows}
    return EffectRecord(
        protocol=study.protocol,
        frozen=study.frozen.version,
        earlier=study.frozen.earlier,
        images_sha256=study.images.sha256,
        split_sha256=study.frozen.split_sha256,
        classes=study.frozen.classes,
        images=len(study.images.rows),
        lesions_per_class={code: list(lesions.values()).count(code) for code in study.frozen.classes},
        choice=None
        if choices is None
        else ChoiceRecord(choices.real, choices.synthetic, study.protocol.choice_fold, choices.scores),
        shares=_shares(findings, study, choices, missing, progress),
        checks=checks(study.images, records, study.protocol, openings),
        openings=openings,
        trainings=tuple(map(_line, records)),
        environment=_environment(records),
        switches={str(name): words for name, words in TOLD.items()},
        left=_left(records, study, choices),
    )


def _chosen(findings: Findings, study: FrozenStudy) -> tuple[Choices | None, str]:
    try:
        return choose(findings, study.protocol), ""
    except StudyError as error:
        return None, error.cause


def _shares(
    findings: Findings, study: FrozenStudy, choices: Choices | None, missing: str, progress: Progress
) -> tuple[ShareOutcome, ...]:
    protocol = study.protocol
    there = {each.record.share for each in findings.tested}
    swept = [share for share in sorted(there, reverse=True) if share not in protocol.real_shares]
    if choices is None:
        return tuple(ShareOutcome(share, (), missing=missing) for share in protocol.real_shares)
    judged = [_judged(findings, study, choices, share, progress) for share in protocol.real_shares]
    return (*judged, *(ShareOutcome(share, arm_outcomes(findings, protocol, choices, share)) for share in swept))


def _judged(findings: Findings, study: FrozenStudy, choices: Choices, share: float, progress: Progress) -> ShareOutcome:
    protocol, arms = study.protocol, arm_outcomes(findings, study.protocol, choices, share)
    try:
        read = readings(findings, protocol, share, progress)
    except StudyError as error:
        return ShareOutcome(share, arms, missing=error.cause)
    replay = read[0].replay
    return ShareOutcome(
        share=share,
        arms=arms,
        readings=read,
        classes=class_effects(findings, choices, replay, share),
        metrics=metric_effects(findings, choices, replay, share),
        worth=worth_of(findings, protocol, choices, share),
    )


def _openings(study: FrozenStudy) -> tuple[Opening, ...]:
    return tuple(read_ledger(study.ledger)) if study.ledger.is_file() else ()


def _line(record: TestedRecord) -> TrainingLine:
    return TrainingLine(
        name=record.name,
        diverged=record.diverged,
        kimg=record.kimg,
        seconds=record.seconds,
        machine=record.machine,
        finished=record.finished,
        command=record.command,
        real_sha256=record.real_sha256,
        slots_sha256=record.slots_sha256,
        generator_sha256=record.generator_sha256,
        probabilities_sha256=record.probabilities_sha256,
    )


def _environment(records: list[TestedRecord]) -> dict[str, str]:
    """Return what the trainings ran on: each version, or all of them where they differ."""
    names = sorted({name for record in records for name in record.versions})
    return {
        name: ", ".join(sorted({record.versions[name] for record in records if name in record.versions}))
        for name in names
    }


def _left(records: list[TestedRecord], study: FrozenStudy, choices: Choices | None) -> int:
    """Return how many trainings the verdicts wait for; before the choice, as many as if the first were chosen."""
    protocol = study.protocol
    first = Choices(protocol.of_role("real")[0].name, protocol.of_role("synthetic")[0].name)
    done = {record.name for record in records}
    return sum(trial.name not in done for trial in confirming_trials(protocol, choices or first))
