from dataclasses import replace

import pytest

from lesionlab.core.errors import RunError
from lesionlab.records.run import RunRecord, create_run, find_run, find_run_of_job

RECORD = RunRecord("generator", "tiny", "0" * 64, "lesionlab gan train", {"total_kimg": 1.0})


def test_runs_are_numbered_and_found_by_number_name_or_path(tmp_path):
    first, second = create_run(tmp_path, RECORD, "gan-a"), create_run(tmp_path, RECORD, "gan-a")
    assert [first.path.name, second.path.name] == ["00000-gan-a", "00001-gan-a"]
    assert find_run("1", tmp_path) == second
    assert find_run("00000-gan-a", tmp_path) == first
    assert find_run(str(second.path), tmp_path).path == second.path
    assert first.read() == RECORD
    with pytest.raises(RunError, match=r"no run '7'.*00001-gan-a"):
        find_run("7", tmp_path)


def test_a_line_cut_off_by_a_kill_is_left_out_and_later_ones_are_dropped_on_resume(tmp_path):
    run = create_run(tmp_path, RECORD, "gan")
    for kimg in (1.0, 2.0, 3.0):
        run.add_stats({"kimg": kimg, "loss_d": kimg})
    with run.stats.open("a") as file:
        file.write('{"kimg": 4.0, "lo')
    assert [line["kimg"] for line in run.read_stats()] == [1.0, 2.0, 3.0]
    run.keep_stats_before(2.0)
    assert [line["kimg"] for line in run.read_stats()] == [1.0, 2.0]


def test_done_is_a_file(tmp_path):
    run = create_run(tmp_path, RECORD, "gan")
    assert not run.done
    run.mark_done()
    assert run.done


def test_a_folder_that_is_no_run_or_is_damaged(tmp_path):
    run = create_run(tmp_path, RECORD, "gan")
    (run.path / "options.json").write_text("{")
    with pytest.raises(RunError, match="damaged"):
        run.read()
    (run.path / "options.json").unlink()
    with pytest.raises(RunError, match="no run folder"):
        run.read()


def test_one_process_at_a_time_trains_a_run(tmp_path):
    run = create_run(tmp_path, RECORD, "gan")
    assert not run.in_training
    with run.trained_by_this_process():
        assert run.in_training
        with pytest.raises(RunError, match="Another process trains 00000-gan"), run.trained_by_this_process():
            pass
    assert not run.in_training
    with run.trained_by_this_process():
        pass


def test_the_run_of_a_job_is_found_beside_damaged_ones(tmp_path):
    create_run(tmp_path, RECORD, "gan")
    wanted = create_run(tmp_path, replace(RECORD, job="4e20f2db7082"), "gan")
    (create_run(tmp_path, RECORD, "gan").path / "options.json").write_text("{")
    assert find_run_of_job("4e20f2db7082", tmp_path) == wanted
    assert find_run_of_job("another", tmp_path) is None
