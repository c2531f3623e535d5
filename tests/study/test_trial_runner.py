from collections import Counter
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from lesionlab.core.errors import StudyError
from lesionlab.core.progress import silent
from lesionlab.records.codec import to_plain
from lesionlab.records.ledger import read_ledger
from lesionlab.records.options import ClassifierOptions
from lesionlab.records.protocol import Protocol, ProtocolArm
from lesionlab.study.choosing import choose, evidence_of
from lesionlab.study.claims import claim
from lesionlab.study.fold_data import FoldData
from lesionlab.study.frozen import freeze
from lesionlab.study.plan import identity
from lesionlab.study.pools import BusyError
from lesionlab.study.trial_runner import TrialRunner, options_of
from lesionlab.study.trials import Trial
from lesionlab.study.verdict import Rule, judge

TINY = ClassifierOptions(
    image_size_px=16,
    architecture="small-cnn",
    width=0.125,
    total_kimg=0.128,
    batch_size=16,
    warmup_kimg=0.02,
    ema_halflife_kimg=0.02,
    validate_kimg=0.064,
    threads=1,
)
ARMS = (
    ProtocolArm("real", "", "real", classifier={"class_temperature": 1.0}),
    ProtocolArm("raw", "", "synthetic", "raw", 0.5),
    ProtocolArm("replay", "", "control", "replay", 0.5),
    ProtocolArm("perfect", "", "control", "perfect", 0.5),
)


def drawing(*_):
    return nullcontext(silent)


def runner_on(data, gan_options, **changes) -> TrialRunner:
    protocol = Protocol(
        title="tiny",
        data="tiny",
        arms=ARMS,
        generator=identity(to_plain(replace(gan_options, total_kimg=0.064))),
        classifier=identity(to_plain(TINY)),
        image_size_px=16,
        folds=2,
        real_shares=(0.5,),
        classifier_seeds=(0,),
        pool_images=2,
        **changes,
    )
    study = freeze(protocol, FoldData(data, protocol).images(), data.split.sha256, data.split.classes)
    return TrialRunner(study, data, 1, drawing)


@pytest.fixture(scope="module")
def confirmed(tiny_data, tiny_gan_options, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESIONLAB_HOME", str(tmp_path_factory.mktemp("home")))
        runner = runner_on(tiny_data, tiny_gan_options, sweep_doses=(0.25,))
        yield runner, list(runner.confirm())


def test_each_training_leaves_a_record_and_every_arm_has_the_same_lesions(confirmed):
    _, records = confirmed
    assert Counter(record.arm for record in records) == {"real": 2, "raw": 2, "replay": 2, "perfect": 2}
    assert len({(record.fold, record.real_sha256) for record in records}) == 2
    assert {bool(record.generator_sha256) for record in records if record.arm == "raw"} == {True}
    assert {record.generator_sha256 for record in records if record.arm != "raw"} == {""}
    assert {record.options["class_temperature"] for record in records} == {1.0}  # those of the chosen arm, in all


def test_its_records_lead_to_a_verdict(confirmed):
    runner, _ = confirmed
    choices = choose(runner.findings(), runner.protocol)
    assert (choices.real, choices.synthetic) == ("real", "raw")
    found = evidence_of(runner.findings(), runner.protocol, choices, 0.5)
    assert (found.folds, found.seeds) == (2, 1)
    assert judge(found, Rule()).word == "no verdict"  # a pilot


def test_run_again_it_trains_nothing(confirmed):
    runner, _ = confirmed
    assert list(runner.confirm()) == []


def test_a_record_that_is_lost_is_made_again_to_the_same_probabilities(confirmed):
    runner, records = confirmed
    lost = records[0]
    before = (runner.study.records / f"{lost.name}.npz").read_bytes()
    (runner.study.records / f"{lost.name}.json").unlink()
    (again,) = runner.confirm()
    assert again.name == lost.name
    assert (again.slots_sha256, again.probabilities_sha256) == (lost.slots_sha256, lost.probabilities_sha256)
    assert (runner.study.records / f"{lost.name}.npz").read_bytes() == before


def test_every_opening_of_a_test_part_is_on_the_list(confirmed):
    runner, records = confirmed
    told = [opening.purpose for opening in read_ledger(runner.study.ledger)]
    assert set(told) >= {f"00000-effect: {record.name}" for record in records}


def test_what_others_work_on_is_passed_over_and_told_when_nothing_else_is_left(confirmed):
    runner, _ = confirmed
    trials = [Trial("replay", 0.5, fold, 7) for fold in (0, 1)]
    with claim(runner.study.path, trials[0].name):
        done = []
        with pytest.raises(BusyError, match="1 trainings that are left, such as replay-50pct-fold0-seed7"):
            done.extend(runner.carry_out(trials, "real"))
    assert [path.stem for path in runner.study.records.glob("*seed7.json")] == ["replay-50pct-fold1-seed7"]
    for path in runner.study.records.glob("*seed7*"):
        path.unlink()


def test_sweeps_are_trained_with_one_seed_from_the_same_pools_and_leave_the_verdict_alone(confirmed):
    runner, _ = confirmed
    pools = sorted(path.name for path in (runner.study.path / "pools").iterdir())
    done = {(record.arm, record.fold, record.seed) for record in runner.sweep()}
    assert done == {(arm, fold, 0) for arm in ("raw-dose25", "replay-dose25") for fold in (0, 1)}
    assert sorted(path.name for path in (runner.study.path / "pools").iterdir()) == pools
    assert list(runner.sweep()) == []
    assert choose(runner.findings(), runner.protocol).synthetic == "raw"


def test_other_data_than_it_was_frozen_on_is_refused(confirmed, tiny_data):
    runner, _ = confirmed
    strange = replace(runner.study, frozen=replace(runner.study.frozen, split_sha256="0" * 64))
    with pytest.raises(StudyError, match="was frozen on split 000000000000"):
        TrialRunner(strange, tiny_data, 1, drawing)


def test_an_arm_s_options_stand_on_the_chosen_arm_s_and_these_on_the_protocol_s(confirmed):
    runner, _ = confirmed
    own = replace(runner.protocol.arm("raw"), classifier={"lr": 0.5})
    found = options_of(runner.protocol, own, "real", 3, 1)
    assert (found.lr, found.class_temperature, found.width, found.seed) == (0.5, 1.0, 0.125, 3)
    assert options_of(runner.protocol, own, None, 3, 1).class_temperature == TINY.class_temperature
    assert np.isclose(found.total_kimg, TINY.total_kimg)
