"""Two runs of a tiny ladder, really done; then stopped, killed, harmed and claimed."""

import os
import shutil
import signal
import sys
import time
from dataclasses import replace

import pytest

from lesionlab.core.errors import RunError, StudyError
from lesionlab.records.run import RunFolder
from lesionlab.records.study import ReferenceRecord, StudyRecord, read_records, record_name, write_plan
from lesionlab.study import runner as module
from lesionlab.study.folder import StudyFolder
from lesionlab.study.outcome import outcome
from lesionlab.study.runner import Runner
from lesionlab.study.subsets import subset_data, subset_groups


@pytest.fixture
def copy(carried_out, tmp_path):
    """The study with two runs done, for a test to change."""
    shutil.copytree(carried_out.path, tmp_path / "copy")
    return StudyFolder(tmp_path / "copy", carried_out.plan)


@pytest.fixture
def carry_out(tiny_data, drawing):
    """Carry out runs of a study; return the records of those that were done now."""
    return lambda study, runs: list(Runner(study, tiny_data, 1, drawing).carry_out(runs))


@pytest.fixture
def untrained(monkeypatch):
    """Fail where a run is trained, measured or a classifier taught."""
    for name in ("start_gan", "continue_gan", "sampled", "trained_on"):
        monkeypatch.setattr(module, name, lambda *_: pytest.fail("this was done before"))


def test_a_run_leaves_a_record_of_what_it_was_and_what_came_out(carried_out, tiny_data):
    run, plan = carried_out.plan.runs[1], carried_out.plan
    record = next(r for r in carried_out.read() if isinstance(r, StudyRecord) and r.arm == "spectral-norm")
    assert (record.seed, record.images, record.groups_sha256) == (0, 77, run.groups_sha256)
    assert record.options["loss"] == "hinge"
    assert record.judge == plan.judge
    assert record.kimg in (0.256, 0.512)  # where its monitor looked
    assert record.versions["device"] in ("cpu", "cuda")
    folder = carried_out.started(run)
    assert folder is not None
    assert folder.done
    figures = {m.name: m for m in record.measured}
    assert {"kid_macro", "kid_df", "precision", "coverage", "copies", "tstr"} < set(figures)
    assert "grid_index" not in figures  # too small for one
    validation = tiny_data.part("validation")
    assert figures["kid_macro"].n == figures["copies"].n == len(validation.labels)
    assert (figures["tstr"].n, figures["tstr"].unit) == (len(set(validation.lesions)), "lesions")
    assert len({m.space for m in record.measured if m.name == "kid_macro"}) == 3
    assert len(figures["copies"].space.split(" & ")) == 2


def test_runs_of_one_seed_share_one_reference(carried_out):
    references = [r for r in carried_out.read() if isinstance(r, ReferenceRecord)]
    assert [record_name(r) for r in references] == [
        f"reference-{carried_out.plan.runs[0].groups_sha256[:12]}-seed0.json"
    ]
    assert {m.ruler for m in references[0].measured} == {
        *("", "real images", "blur 1 px", "blur 2 px", "blur 4 px", "mel against bkl")
    }


def test_the_records_make_an_outcome(carried_out):
    found = outcome(carried_out.plan, carried_out.read())
    assert found.left() == len(carried_out.plan.runs) - 2
    assert found.mean("kid_macro", "faithful") > found.rulers("kid_macro")["real images"]


def test_what_is_done_is_not_done_again(copy, carry_out, untrained):
    assert carry_out(copy, copy.plan.runs[:2]) == []


def test_a_cut_record_is_refused_and_once_removed_measured_again_to_the_same_figures(copy, carry_out, monkeypatch):
    path = copy.records / "faithful-seed0.json"
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    with pytest.raises(StudyError, match=r"faithful-seed0\.json is damaged") as refusal:
        carry_out(copy, copy.plan.runs[:1])
    assert "Remove it" in refusal.value.cure
    path.unlink()
    monkeypatch.setattr(module, "continue_gan", lambda *_: pytest.fail("it was trained before"))
    (again,) = carry_out(copy, copy.plan.runs[:1])
    path.write_bytes(whole)
    before = next(r for r in read_records(copy.records) if record_name(r) == path.name)
    assert again == replace(before, measuring_seconds=again.measuring_seconds, finished=again.finished)


@pytest.mark.skipif(sys.platform == "win32", reason="fork and SIGKILL are POSIX")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_run_killed_in_training_goes_on_to_the_weights_of_one_left_alone(copy, carry_out, carried_out):
    run = copy.plan.runs[1]
    shutil.rmtree(copy.runs(run))
    (copy.records / "spectral-norm-seed0.json").unlink()
    child = os.fork()
    if child == 0:
        try:
            carry_out(copy, [run])
        finally:
            os._exit(0)
    deadline = time.monotonic() + 60
    while not list(copy.runs(run).glob("*/state.pt")) and time.monotonic() < deadline:
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    begun = copy.started(run)
    assert begun is not None
    assert not begun.done
    (record,) = carry_out(copy, [run])
    assert copy.started(run) == begun
    alone = next(r for r in carried_out.read() if record_name(r) == record_name(record))
    assert record.weights_sha256 == alone.weights_sha256
    assert record.measured == alone.measured


def test_a_run_that_another_process_works_on_is_passed_over(copy, carry_out, untrained):
    run = copy.plan.runs[0]
    (copy.records / "faithful-seed0.json").unlink()
    with copy.claim("faithful-seed0") as held:
        assert held
        assert carry_out(copy, [run]) == []


def test_a_reference_that_another_process_measures_is_left_to_it(copy, carry_out, untrained):
    run = copy.plan.runs[0]
    name = f"reference-{run.groups_sha256[:12]}-seed0"
    (copy.records / f"{name}.json").unlink()
    with copy.claim(name) as held:
        assert held
        assert carry_out(copy, [run]) == []
    assert not (copy.records / f"{name}.json").exists()


def test_a_reference_is_measured_for_runs_that_were_done_elsewhere(copy, carry_out):
    (copy.records / f"reference-{copy.plan.runs[0].groups_sha256[:12]}-seed0.json").unlink()
    assert carry_out(copy, copy.plan.runs[:1]) == []
    assert outcome(copy.plan, copy.read()).on_real("faithful", 0) is not None


def test_a_run_that_fails_keeps_no_other_from_being_done(copy, carry_out, monkeypatch, caplog):
    for name in ("faithful-seed0", "spectral-norm-seed0"):
        (copy.records / f"{name}.json").unlink()
    continue_gan = module.continue_gan

    def diverging(folder: RunFolder, *others) -> None:
        if "faithful" in folder.path.parent.name:
            raise RunError("loss_d became NaN.", "Start again with a lower learning rate.")
        continue_gan(folder, *others)

    (copy.started(copy.plan.runs[0]).path / "done").unlink()
    monkeypatch.setattr(module, "continue_gan", diverging)
    with pytest.raises(StudyError, match="1 of 2 runs failed, such as faithful, seed 0: loss_d became NaN") as refusal:
        carry_out(copy, copy.plan.runs[:2])
    assert "lower learning rate" in refusal.value.cure
    assert str(copy.runs(copy.plan.runs[0])) in refusal.value.cure
    assert "faithful, seed 0, failed: loss_d became NaN." in caplog.text
    assert [record_name(r) for r in copy.read() if isinstance(r, StudyRecord)] == ["spectral-norm-seed0.json"]


def test_a_study_planned_before_an_option_was_there_goes_on(copy, carry_out):
    arms = tuple(
        replace(arm, options={key: value for key, value in arm.options.items() if key != "accumulate"})
        for arm in copy.plan.arms
    )
    older = StudyFolder(copy.path, replace(copy.plan, arms=arms))
    assert older.started(older.plan.runs[0]) is not None
    (record,) = carry_out(older, older.plan.runs[:1])
    assert "accumulate" not in record.options
    assert carry_out(older, older.plan.runs[:1]) == []


def test_a_plan_changed_after_a_run_had_begun_is_refused(copy, carry_out):
    (copy.records / "faithful-seed0.json").unlink()
    faster = replace(copy.plan.arms[0], options=copy.plan.arms[0].options | {"generator_lr": 0.5})
    edited = replace(copy.plan, arms=(faster, *copy.plan.arms[1:]))
    write_plan(copy.path, edited)
    with pytest.raises(StudyError, match="begun with other options than the plan of 'faithful' has now"):
        carry_out(StudyFolder(copy.path, edited), edited.runs[:1])


def test_a_plan_with_other_training_images_is_refused(copy, carry_out):
    foreign = replace(copy.plan, runs=(replace(copy.plan.runs[0], groups_sha256="0" * 64),))
    with pytest.raises(StudyError, match="are not those planned"):
        carry_out(StudyFolder(copy.path, foreign), foreign.runs)


def test_a_study_of_another_split_is_refused(study, tiny_data, drawing):
    other = subset_data(tiny_data, subset_groups(tiny_data.part("train"), 40, 0))
    with pytest.raises(StudyError, match="was planned for split") as refusal:
        Runner(study, other, 1, drawing)
    assert study.plan.split_sha256[:12] in refusal.value.cause


def test_a_size_trains_on_its_own_images_alone(sizes, tiny_data, drawing, tmp_path):
    write_plan(tmp_path, sizes)
    runner = Runner(StudyFolder(tmp_path, sizes), tiny_data, 1, drawing)
    for run in sizes.runs[:2]:
        data = runner.data_of(run)
        assert len(data.part("train").labels) == run.images
        assert set(data.part("train").groups) < set(tiny_data.part("train").groups)
        assert data.part("validation").image_ids == tiny_data.part("validation").image_ids
