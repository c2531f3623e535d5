import shutil
from dataclasses import replace

import pytest

from lesionlab.records.effect import read_effect, write_effect
from lesionlab.records.study import Measured, StudyRecord, write_plan
from lesionlab.study.folder import StudyFolder
from lesionlab.study.plan import plan_ladder

NAMES = ("report.html", "effect.json", "effect.csv")


@pytest.fixture
def study(home, done_study):
    """The done study in this test's home."""
    shutil.copytree(done_study, home / "studies" / done_study.name)
    return home / "studies" / done_study.name


def test_a_study_is_reported_as_page_json_and_csv_and_again_to_the_same_bytes(run, study, effect, tmp_path):
    result = run("study", "report", "0", "--to", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "With 25% of the real images: Synthetic images help." in result.stdout
    assert "of what as many new real images gave" in result.stdout
    assert read_effect(tmp_path / "out" / "effect.json") == effect
    first = {name: (tmp_path / "out" / name).read_bytes() for name in NAMES}
    shutil.rmtree(study)
    for name in ("report.html", "effect.csv"):
        (tmp_path / "out" / name).unlink()
    assert run("study", "report", tmp_path / "out").exit_code == 0  # the outcome alone is enough
    assert {name: (tmp_path / "out" / name).read_bytes() for name in NAMES} == first


@pytest.fixture
def ladder(home, tiny_data, tiny_gan_options, tiny_classifier_options):
    """A ladder that is planned; nothing of it is done."""
    folder = home / "studies" / "00009-ladder"
    plan = plan_ladder(tiny_data, tiny_gan_options, (0,), tiny_classifier_options)
    write_plan(folder, plan)
    return StudyFolder(folder, plan)


def test_a_staircase_may_stand_in_it_once_it_has_begun(run, refused, study, effect, ladder, tmp_path):
    assert "00009-ladder has no record yet" in refused("study", "report", "0", "--beside", "9")[0]
    write_effect(tmp_path, effect)
    first = ladder.plan.runs[0]
    done = StudyRecord(
        kind="run", study="ladder", arm=first.arm, seed=0, data="tiny", split_sha256=ladder.plan.split_sha256,
        groups_sha256=first.groups_sha256, images=first.images,
        options=ladder.plan.arm(first.arm).options | {"seed": 0}, judge=ladder.plan.judge,
        part="validation", measured=(Measured("coverage", 0.3, 60),), weights_sha256="a" * 64,
        kimg=1.0, seconds=60.0, measuring_seconds=1.0, machine="m", versions={}, command="c", finished="2026-11-25",
    )  # fmt: skip
    ladder.add(done)
    result = run("study", "report", tmp_path, "--beside", "9")
    assert result.exit_code == 0, result.output
    page = (tmp_path / "report.html").read_text()
    assert "recipe is worth" in page
    assert '<svg class="chart"' in page


def test_options_of_other_studies_are_refused(refused, study):
    assert "ladder or a size curve" in refused("study", "report", "0", "--results", study)[0]
    assert "study of synthetic images" in refused("study", "report", "7", "--beside", "0")[0]


def test_a_failed_check_is_told_aloud(run, effect, tmp_path):
    check = replace(effect.checks[0], passed=False)
    write_effect(tmp_path, replace(effect, checks=(check,)))
    assert f"NOT SO: {check.title}." in run("study", "report", tmp_path).stdout
