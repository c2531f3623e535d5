import shutil

from known_studies import PROTOCOL, planned, study_done


def test_a_study_at_work_tells_what_is_left_arm_by_arm(run, home):
    study_done(lesions=60, trials=[trial for trial in planned(PROTOCOL) if trial.arm in ("plain", "augmented")])
    result = run("study", "status", "0")
    assert result.exit_code == 0, result.output
    told = " ".join(result.stdout.split())
    assert "arms are not chosen yet" in told
    assert "choice 8 4 0 0 4 " in told
    assert "raw 100% 2 fold 0 seed 0, fold 0 seed 1" in told
    assert "raw 100% 8 fold 1 seed 0" in told
    assert "and 2 more" in told
    assert "dose" not in told  # sweeps are told once nothing else is left
    assert "generators: 0 done, 0 running, 0 stopped, 15 left" in told
    assert f"next: lesionlab study run {home / 'studies' / '00000-effect' / 'protocol.toml'}" in result.stdout


def test_a_study_that_is_done_goes_on_to_its_report(run, refused, home, done_study):
    shutil.copytree(done_study, home / "studies" / done_study.name)
    told = run("study", "status", "0").stdout
    assert "arms: raw with synthetic images, augmented without" in told
    assert "not done" not in told
    assert "next: lesionlab study report 00000-effect" in told
    (home / "studies" / done_study.name / "records" / "alone-100pct-fold0-seed0.json").unlink()
    assert "alone     100%                1     fold 0 seed 0" in run("study", "status", "0").stdout
    assert "00000-effect" in refused("study", "status", "9")[1]
