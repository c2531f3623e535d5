from __future__ import annotations

import builtins
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lesionlab.records.study import Measured, StudyRecord, read_plan, read_records, write_record
from lesionlab.study import runner
from lesionlab.study.folder import find_study, is_of

TINY = (
    *("--data", "tiny", "--size", 16, "--kimg", 0.128, "--seeds", 1, "--threads", 1),
    *("--set", "latent_dim=8", "--set", "generator_channels=8", "--set", "discriminator_channels=8"),
    *("--set", "max_channels=16", "--set", "batch_size=16", "--set", "kid_kimg=0", "--set", "tick_kimg=0.128"),
    *("--judge", "total_kimg=0.128", "--judge", "width=0.125", "--judge", "batch_size=16", "--judge", "bf16=false"),
)


def invented(study, run, kid: float = 0.1) -> StudyRecord:
    """Return a record as a run would leave it."""
    return StudyRecord(
        kind="run",
        study=study.plan.kind,
        arm=run.arm,
        seed=run.seed,
        data=study.plan.data,
        split_sha256=study.plan.split_sha256,
        groups_sha256=run.groups_sha256,
        images=run.images,
        options=study.plan.arm(run.arm).options | {"seed": run.seed},
        judge=study.plan.judge,
        part="validation",
        measured=(Measured("kid_macro", kid, 21, space="a"), Measured("kid_macro", 3 * kid, 21, space="b")),
        weights_sha256="0" * 64,
        kimg=0.128,
        seconds=60.0,
        measuring_seconds=1.0,
        machine="a machine",
        versions={},
        command=study.plan.command,
        finished="2026-11-25",
    )


@pytest.fixture
def undone(monkeypatch):
    """Let runs leave an invented record instead of training; two seconds of a test are worth more elsewhere."""

    def carry_out(self, runs):
        for run in runs:
            if not any(is_of(record, run, self.plan) for record in self.study.read()):
                self.study.add(record := invented(self.study, run))
                yield record

    monkeypatch.setattr(runner.Runner, "carry_out", carry_out)


def test_chosen_runs_are_done_and_told_and_page_figure_and_table_lie_in_the_study(run, tiny_set, undone, home):
    result = run("study", "ladder", *TINY, "--only", "faithful", "--only", "resize")
    assert result.exit_code == 0, result.output
    folder = home / "studies" / "00000-ladder"
    assert f"Study: {folder}" in result.stderr
    assert "Done: faithful, seed 0, 1 min  kid_macro 0.2000" in result.stderr  # the mean over spaces
    assert "2 of 18 runs are done" in result.stdout
    assert re.search(r"Faithful DCGAN +0.2000", result.stdout)
    assert "Not a diagnosis." in result.stdout
    assert result.stdout.endswith(f"Page: {folder / 'report.html'}\n")
    assert (folder / "table.txt").read_text(encoding="utf-8") in result.stdout
    assert (folder / "figure.svg").read_text(encoding="utf-8").startswith("<svg")
    assert {path.name for path in (folder / "records").iterdir()} == {"faithful-seed0.json", "resize-seed0.json"}


def test_run_again_it_goes_on_with_the_same_study(run, tiny_set, undone):
    run("study", "ladder", *TINY, "--only", "faithful")
    again = run("study", "ladder", *TINY, "--only", "faithful")
    assert "00000-ladder" in again.stderr
    assert "Done:" not in again.stderr
    other = run("study", "ladder", *TINY, "--set", "beta1=0.4", "--only", "faithful")
    assert "00001-ladder" in other.stderr
    anew = run("study", "ladder", *TINY, "--new", "--only", "faithful")
    assert "00002-ladder" in anew.stderr


def test_the_plan_keeps_the_command_without_what_is_of_this_machine(run, tiny_set, undone, home):
    run("study", "ladder", *TINY, "--only", "faithful")
    plan = read_plan(home / "studies" / "00000-ladder")
    assert plan.command.startswith(
        "lesionlab study ladder --data tiny --size 16 --kimg 0.128 --seeds 1 --set latent_dim=8"
    )
    assert "threads" not in plan.command
    assert "only" not in plan.command
    assert (plan.kimg, plan.image_size_px, plan.seeds) == (0.128, 16, (0,))


def test_a_study_goes_on_by_its_number_with_the_plan_that_it_has(run, refused, tiny_set, undone):
    run("study", "ladder", *TINY, "--only", "faithful")
    result = run("study", "ladder", "--study", 0, "--only", "resize")
    assert "Done: resize, seed 0" in result.stderr
    cause, cure = refused("study", "ladder", "--study", 0, "--kimg", 5)
    assert "keeps the plan" in cause
    assert "--kimg 5" in cure
    assert "is a study of kind 'ladder'" in refused("study", "sizes", "--study", 0)[0]


def test_plan_says_what_is_left_and_how_long_it_takes_and_does_nothing(run, tiny_set, monkeypatch, home):
    from lesionlab.study import timing

    monkeypatch.setattr(timing, "seconds_per_kimg", lambda *_: 60 * 60 / 0.128)
    result = run("study", "sizes", *TINY, "--images", 20, "--images", 40, "--plan")
    assert result.exit_code == 0, result.output
    assert re.search(r"images-00020 +0 +\d+ +left +0 +1 h 00 min", result.stdout)
    assert "2 of 2 runs are left: about 2 h 00 min on this machine in one process." in result.stdout
    assert not (home / "studies" / "00000-sizes" / "runs").exists()


def test_ctrl_c_says_how_to_go_on(run, tiny_set, monkeypatch):
    def stopped(self, runs):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(runner.Runner, "carry_out", stopped)
    result = run("study", "ladder", *TINY)
    assert result.exit_code == 130
    assert "next: lesionlab study ladder --study 00000-ladder" in result.stderr


@pytest.fixture
def studied(run, tiny_set, undone, home):
    run("study", "ladder", *TINY, "--only", "faithful")
    return find_study("0")


def test_a_report_needs_plan_and_records_alone_and_comes_out_the_same(run, studied, tmp_path, home, monkeypatch):
    assert run("study", "report", "0", "--to", tmp_path / "reports").exit_code == 0
    shutil.rmtree(home)
    written = {path.name: path.read_bytes() for path in (tmp_path / "reports").iterdir() if path.is_file()}
    assert set(written) == {"study.json", "report.html", "figure.svg", "table.txt"}
    for name in ("report.html", "figure.svg", "table.txt"):
        (tmp_path / "reports" / name).unlink()
    real_import = builtins.__import__

    def without_torch(name, *rest):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(name=name)
        return real_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_torch)
    result = run("study", "report", tmp_path / "reports")
    assert result.exit_code == 0, result.output
    assert written == {path.name: path.read_bytes() for path in (tmp_path / "reports").iterdir() if path.is_file()}


def test_records_done_elsewhere_are_taken_in(run, studied, tmp_path):
    resize = next(r for r in studied.plan.runs if r.arm == "resize")
    write_record(tmp_path, invented(studied, resize))
    write_record(tmp_path, replace(invented(studied, resize), arm="foreign", split_sha256="1" * 64))
    result = run("study", "report", "0", "--results", tmp_path)
    assert f"1 new records from {tmp_path}; 1 are of other runs and were left." in result.stderr
    assert "2 of 18 runs are done" in result.stdout
    again = run("study", "ladder", "--study", 0, "--only", "resize", "--results", tmp_path)
    assert "0 new records" in again.stderr
    assert "Done:" not in again.stderr


@pytest.mark.parametrize(
    ("arguments", "cause", "cure"),
    [
        (["--set", "image_size_px=64"], "--set image_size_px=64", "Use --size."),
        (["--set", "threads=1"], "--set threads=1", "Use --threads."),
        (["--judge", "seed=3"], "--judge seed=3", "Use --seeds."),
        (["--set", "beta3=1"], "Unknown key 'beta3'", "Did you mean"),
        (["--size", "48"], "image_size_px is 48", "16, 32, 64, 128"),
        (["--size", "64"], "not at 64 px", "data prepare"),
        (["--kimg", "inf"], "total_kimg is inf", "finite"),
        (["--kimg", "nan"], "total_kimg is nan", "above 0"),
        (["--seeds", "0"], "The seeds are none", "one at least"),
        (["--only", "projektion"], "no 'projektion'", "projection"),
        (["--seed", "7"], "Seed 7 is not planned", "Choose one"),
        (["--data", "nowhere"], "No prepared data set is called 'nowhere'", "data prepare"),
        (["--study", "9"], "no study '9'", "none yet"),
        (["--study", "9", "--new"], "keeps the plan", "--new"),
    ],
)
def test_bad_choices_are_refused_before_anything_is_trained(refused, tiny_set, home, arguments, cause, cure):
    told, next_step = refused(
        "study", "ladder", *(["--data", "tiny", "--size", 16] if "--study" not in arguments else []), *arguments
    )
    assert cause in told
    assert cure in next_step
    assert not list(home.glob("studies/*/runs"))


@pytest.mark.parametrize("images", [[3], [20, 5000]])
def test_sizes_that_the_data_does_not_have_are_refused(refused, tiny_set, images):
    words = [word for count in images for word in ("--images", count)]
    cause, cure = refused("study", "sizes", "--data", "tiny", "--size", 16, *words)
    assert "the training part has 77 of 7 classes" in cause
    assert cure == "Give 7 to 77."


def test_a_report_of_nothing_is_refused(refused, home):
    assert "no study '0'" in refused("study", "report", "0")[0]


def test_every_committed_report_is_what_its_records_give(run, tmp_path):
    """Made by `lesionlab study report STUDY --to reports/...`; after a change of look, make it again."""
    for plan in Path(__file__).parents[2].glob("reports/*/study.json"):
        copy = tmp_path / plan.parent.name
        shutil.copytree(plan.parent, copy)
        assert run("study", "report", copy).exit_code == 0
        assert read_records(copy / "records")
        for name in ("report.html", "figure.svg", "table.txt"):
            assert (copy / name).read_bytes() == (plan.parent / name).read_bytes(), f"{plan.parent.name}/{name}"
