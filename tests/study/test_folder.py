import os
import signal
import sys
from dataclasses import replace

import pytest

from lesionlab.core.errors import StudyError
from lesionlab.records.codec import to_plain
from lesionlab.records.study import read_plan, read_records, write_plan, write_record
from lesionlab.study.folder import belongs, copy_study, existing, find_study, is_of, open_study


def test_the_same_plan_opens_the_same_study_and_another_one_a_new_one(home, ladder, sizes):
    first = open_study(ladder)
    assert (first.path.parent, first.path.name) == (home / "studies", "00000-ladder")
    assert open_study(replace(ladder, command="in other words")) == first
    assert open_study(sizes).path.name == "00001-sizes"
    assert open_study(replace(ladder, kimg=9.0)).path.name == "00002-ladder"


def test_anew_makes_another_of_the_same_plan_and_the_newest_goes_on(ladder):
    first, second = open_study(ladder), open_study(ladder, anew=True)
    assert second.path != first.path
    assert open_study(ladder) == second


def test_a_study_is_found_by_number_name_and_folder(ladder, sizes, tmp_path):
    study = open_study(ladder)
    open_study(sizes)
    for name in ("0", "00000", "00000-ladder", str(study.path)):
        assert find_study(name, "ladder") == study
    write_plan(tmp_path / "elsewhere", ladder)
    assert find_study(str(tmp_path / "elsewhere")).plan == ladder
    with pytest.raises(StudyError, match="is a study of kind 'ladder', not 'sizes'"):
        find_study("0", "sizes")
    with pytest.raises(StudyError, match="no study '7'") as refusal:
        find_study("7")
    assert "00000-ladder, 00001-sizes" in refusal.value.cure


def test_a_study_of_another_version_is_passed_over_but_not_overwritten(ladder):
    old = open_study(ladder).path
    (old / "study.json").write_text('{"version": 0}')
    assert existing() == []
    assert open_study(ladder).path.name == "00001-ladder"


def test_records_of_the_plan_are_read_and_others_are_not(study, done):
    for record in done:
        study.add(record)
    assert len(study.read()) == len(done)
    write_record(study.records, replace(done[0], arm="foreign", options=done[0].options | {"beta1": 0.9}))
    assert len(study.read()) == len(done)


@pytest.mark.parametrize(
    "change",
    [{"split_sha256": "0" * 64}, {"groups_sha256": "0" * 64}, {"judge": {}}, {"seed": 7}, {"options": {"loss": "bce"}}],
)
def test_what_differs_in_data_judge_seed_or_options_is_of_no_run(ladder, done, change):
    assert belongs(done[0], ladder)
    assert not belongs(replace(done[0], **change), ladder)


def test_a_reference_belongs_by_data_size_judge_and_seed(ladder, done):
    reference = done[-1]
    assert belongs(reference, ladder)
    assert not belongs(replace(reference, image_size_px=32), ladder)
    assert not belongs(replace(reference, seed=9), ladder)
    assert not any(is_of(reference, run, ladder) for run in ladder.runs)


def test_threads_and_sheets_make_no_other_run(ladder, done):
    record = replace(done[0], options=done[0].options | {"threads": 7, "sheet_kimg": 1.0})
    assert is_of(record, ladder.runs[0], ladder)


def test_records_done_elsewhere_are_taken_in_once_under_the_name_of_their_run(study, done, tmp_path):
    write_record(tmp_path, replace(done[0], arm="by-another-name"))
    write_record(tmp_path, done[-1])
    write_record(tmp_path, replace(done[1], split_sha256="0" * 64))
    assert study.take_in(tmp_path) == (2, 1)
    assert read_records(study.records) == (done[0], done[-1])
    assert study.take_in(tmp_path) == (0, 1)
    with pytest.raises(StudyError, match="holds no records"):
        study.take_in(study.path / "runs")


def test_our_own_record_is_not_replaced_by_one_from_elsewhere(study, done, tmp_path):
    study.add(done[0])
    write_record(tmp_path, replace(done[0], seconds=1.0))
    assert study.take_in(tmp_path) == (0, 0)
    assert study.read() == (done[0],)


def test_a_copy_holds_plan_and_records_and_is_never_mixed_with_another_study(study, done, tmp_path, sizes):
    for record in done:
        study.add(record)
    copy = copy_study(study, tmp_path / "reports" / "ladder")
    assert read_plan(copy.path) == study.plan
    assert to_plain(copy.read()) == to_plain(study.read())
    assert copy_study(study, copy.path) == copy
    write_plan(tmp_path / "sizes", sizes)
    with pytest.raises(StudyError, match="holds a study with another plan"):
        copy_study(study, tmp_path / "sizes")


@pytest.mark.skipif(sys.platform == "win32", reason="fork and SIGKILL are POSIX")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_claim_keeps_other_processes_off_and_goes_with_its_own_even_under_kill_9(study):
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        with study.claim("faithful-seed0") as held:
            os.write(tell, b"y" if held else b"n")
            signal.pause()
    assert os.read(told, 1) == b"y"
    with study.claim("faithful-seed0") as held, study.claim("faithful-seed1") as other:
        assert (held, other) == (False, True)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with study.claim("faithful-seed0") as held:
        assert held
