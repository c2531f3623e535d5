import pytest

from lesionlab.core.errors import RunError
from lesionlab.records.run import RunRecord, create_run, find_run

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
