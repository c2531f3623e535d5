from __future__ import annotations

import signal
import sys
import tomllib

import pytest

from lesionlab.core.home import runs_folder
from lesionlab.core.resources import splits_folder
from lesionlab.data.prepare import prepare_procedural
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card
from lesionlab.records.ledger import read_ledger
from lesionlab.records.run import RunFolder
from lesionlab.records.seen_groups import read_seen_groups
from lesionlab.records.split import read_split

SMALL = ("--preset", "tiny", "--data", "tiny", "--set", "threads=1")
SHORT = (*SMALL, "--set", "total_kimg=0.128", "--set", "tick_kimg=0.064")
SHORT_CLASSIFIER = (*SMALL, "--set", "total_kimg=0.128", "--set", "validate_kimg=0.064")


@pytest.mark.parametrize("noun", ["gan", "classifier"])
def test_dry_run_prints_options_as_toml_and_starts_nothing(run, noun):
    result = run(noun, "train", "--preset", "tiny", "--set", "seed=4", "--dry-run")
    assert result.exit_code == 0
    assert tomllib.loads(result.stdout)["seed"] == 4
    assert not runs_folder().exists()


def test_generator_is_trained_and_ready_to_sample(run, tiny_set):
    result = run("gan", "train", *SHORT)
    assert result.exit_code == 0, result.output
    assert "total_kimg = 0.128" in result.stdout
    (folder,) = runs_folder().iterdir()
    assert result.stdout.endswith(f"Export: {folder / 'export'}\n  next: lesionlab gan sample --model 0\n")
    command = Sampler(folder / "export").card.training.command
    assert command.startswith("lesionlab gan train --data tiny --preset tiny --set threads=1")
    again = run("gan", "train", "--resume", "0")
    assert again.exit_code == 0
    assert f"is done.\nExport: {folder / 'export'}" in again.stdout


def test_classifier_is_trained_and_ready_to_evaluate(run, tiny_set):
    result = run("classifier", "train", *SHORT_CLASSIFIER)
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("next: lesionlab classifier evaluate --model 0\n")


def test_the_classic_head_says_before_the_first_step_that_nothing_is_exported(run, tiny_set):
    result = run("classifier", "train", *SHORT_CLASSIFIER, "--set", "head=classic", "--set", "image_size_px=32")
    assert result.exit_code == 0, result.output
    assert "this run will export no model" in result.stdout
    (folder,) = runs_folder().iterdir()
    assert result.stdout.endswith(f"No export; the figures are in {folder / 'stats.jsonl'}, the best weights in "
                                  f"{folder / 'state.pt'}\n")  # fmt: skip


def test_pretrained_weights_set_the_width_that_they_fit(run, tiny_set, tmp_path):
    shown = run("classifier", "train", "--preset", "tiny", "--pretrained", "imagenet", "--dry-run")
    options = tomllib.loads(shown.stdout)
    assert (options["pretrained"], options["width"]) == ("imagenet", 1.0)
    refused = run("classifier", "train", *SHORT_CLASSIFIER, "--pretrained", str(tmp_path / "absent.pth"))
    assert refused.exit_code == 2
    assert f"There is no file {tmp_path / 'absent.pth'}" in refused.stderr.replace("\n", " ")
    assert not runs_folder().exists()


@pytest.fixture
def stopped_at_the_first_tick(run, tiny_set, monkeypatch):
    """Stop a training by Ctrl-C; return what it said and its folder."""
    add_stats = RunFolder.add_stats

    def interrupted_at_the_first_tick(folder: RunFolder, values: dict[str, float]) -> None:
        add_stats(folder, values)
        monkeypatch.undo()
        monkeypatch.setenv("LESIONLAB_HOME", str(home))
        signal.raise_signal(signal.SIGINT)

    home = runs_folder().parent
    monkeypatch.setattr(RunFolder, "add_stats", interrupted_at_the_first_tick)
    stopped = run("gan", "train", *SHORT)
    (folder,) = runs_folder().iterdir()
    return stopped, folder


def test_ctrl_c_says_how_to_go_on_and_that_works(run, stopped_at_the_first_tick):
    stopped, folder = stopped_at_the_first_tick
    assert stopped.exit_code == 130
    assert f"Stopped; the state is saved in {folder / 'state.pt'}." in stopped.stderr
    assert "  next: lesionlab gan train --resume 0" in stopped.stderr
    assert "Traceback" not in stopped.output
    assert not (folder / "done").exists()
    resumed = run("gan", "train", "--resume", "0")
    assert resumed.exit_code == 0, resumed.output
    assert (folder / "done").exists()


def test_a_run_may_end_as_it_stands(run, stopped_at_the_first_tick):
    _, folder = stopped_at_the_first_tick
    kimg = [line["kimg"] for line in RunFolder(folder).read_stats()]
    ended = run("gan", "train", "--resume", "0", "--end")
    assert ended.exit_code == 0, ended.output
    assert (folder / "done").exists()
    assert [line["kimg"] for line in RunFolder(folder).read_stats()] == kimg
    assert read_card(folder / "export").training.kimg == kimg[-1] < RunFolder(folder).read().options["total_kimg"]
    (folder / "done").unlink()
    (folder / "state.pt").unlink()
    nothing = run("gan", "train", "--resume", "0", "--end")
    assert nothing.exit_code == 2
    assert "has no state yet" in nothing.stderr
    assert "Traceback" not in nothing.stderr


def test_only_a_named_run_can_end(refused):
    cause, cure = refused("gan", "train", "--end")
    assert "none is named" in cause
    assert "--resume RUN --end" in cure


@pytest.mark.parametrize(
    "choice",
    [
        *(["--set", "seed=1"], ["--preset", "tiny"], ["--dry-run"]),
        *(["--config", "x.toml"], ["--from", "0"], ["--only", "df"]),
    ],
)
def test_resumed_run_takes_no_new_options(refused, choice):
    cause, _ = refused("gan", "train", "--resume", "0", *choice)
    assert "keeps the options" in cause


def test_run_of_the_other_kind_is_refused(refused, tiny_classifier_run):
    cause, _ = refused("gan", "train", "--resume", tiny_classifier_run.path)
    assert "trains a classifier, not a generator" in cause


def test_a_rare_class_goes_on_from_a_finished_run_with_its_options_slowed_down(run, tiny_set, tiny_gan_run):
    options = ("--set", "batch_size=8", "--set", "total_kimg=0.064")
    listed = run("gan", "train", "--from", tiny_gan_run.path, "--only", "df", *options, "--dry-run")
    assert listed.exit_code == 0, listed.output
    chosen = tomllib.loads(listed.stdout)
    parent = tiny_gan_run.read().options
    assert chosen["generator_lr"] == pytest.approx(0.3 * parent["generator_lr"])
    assert chosen["max_channels"] == parent["max_channels"]
    assert (chosen["batch_size"], chosen["total_kimg"]) == (8, 0.064)
    result = run("gan", "train", "--from", tiny_gan_run.path, "--only", "df", *options)
    assert result.exit_code == 0, result.output
    (folder,) = runs_folder().iterdir()
    card = read_card(folder / "export")
    assert card.classes == ("df",)
    assert card.training.command.startswith(
        f"lesionlab gan train --data tiny --from {tiny_gan_run.path.name} --only df"
    )
    assert run("gan", "train", "--resume", "0").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "cause", "cure"),
    [
        (["--from", "{run}", "--preset", "tiny"], "takes the options of its run", "Leave out one"),
        (["--from", "{run}", "--only", "dff"], "'tiny' has no diagnosis 'dff'", "Did you mean 'df'?"),
        (["--from", "{run}", "--set", "latent_dim=3"], "latent_dim is 3, and in", "Leave out latent_dim"),
        (["--from", "{run}", "--set", "batch_size=64", "--only", "df"], "11 training images, fewer than", "at most 11"),
        (["--from", "released"], "There is no run 'released'", "latest runs"),
    ],
)
def test_what_cannot_go_on_from_a_run_is_refused_before_one_begins(
    refused, tiny_set, tiny_gan_run, arguments, cause, cure
):
    told, next_step = refused("gan", "train", *(word.format(run=tiny_gan_run.path) for word in arguments))
    assert cause in told
    assert cure in next_step
    assert not runs_folder().exists()


@pytest.mark.parametrize(
    ("arguments", "cause", "cure"),
    [
        (["--resume", "9"], "There is no run '9'", "none yet"),
        (["--data", "nothing"], "No prepared data set is called 'nothing'", "lesionlab data prepare"),
        (["--preset", "tyni"], "no preset 'tyni'", "Did you mean 'tiny'?"),
        (["--set", "batchsize=3"], "Unknown key 'batchsize'", "Did you mean 'batch_size'?"),
        (["--set", "image_size_px=200"], "image_size_px is 200.", "Choose one of"),
        (["--config", "nothing.toml"], "There is no file nothing.toml", "--config"),
    ],
)
@pytest.mark.parametrize("noun", ["gan", "classifier"])
def test_bad_choice_is_refused_before_a_run_begins(refused, noun, arguments, cause, cure):
    told, next_step = refused(noun, "train", *arguments)
    assert cause in told
    assert cure in next_step
    assert not runs_folder().exists()


def test_size_that_is_not_prepared_is_refused_before_a_run_begins(refused, tiny_set):
    cause, cure = refused("gan", "train", "--data", "tiny")
    assert "not at 64 px" in cause
    assert "--size 64" in cure
    assert not runs_folder().exists()


@pytest.mark.parametrize(("noun", "options"), [("gan", SHORT), ("classifier", SHORT_CLASSIFIER)])
def test_without_torch_it_says_what_to_install_and_how_large_it_is(refused, tiny_set, monkeypatch, noun, options):
    for name in [name for name in sys.modules if name.startswith(("lesionlab.training", "lesionlab.models"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    cause, cure = refused(noun, "train", *options)
    assert cause == "Training needs 'torch', which is not installed."
    assert 'pip install "lesionlab[train]"' in cure
    assert "5.5 GB" in cure
    assert not runs_folder().exists()


@pytest.fixture
def folds(run, tmp_path):
    """Three folds of drawn lesions, so many that two of each class are for validation."""
    prepare_procedural("tiny", 7 * 30, (16,), seed=0)
    assert run("data", "split", "tiny", "--folds", "3", "--out", tmp_path / "folds").exit_code == 0
    return tmp_path / "folds"


def test_another_split_is_pinned_kept_and_gone_on_with(run, folds, monkeypatch):
    fold = read_split(folds / "fold-1.csv")
    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "mark_done", lambda folder: None)
        assert run("classifier", "train", *SHORT_CLASSIFIER, "--split", folds / "fold-1.csv").exit_code == 0
    (folder,) = runs_folder().iterdir()
    assert RunFolder(folder).read().split_sha256 == fold.sha256 == read_split(folder / "split.csv").sha256
    card = read_card(folder / "export")
    assert card.training.split_sha256 == fold.sha256
    assert f"--split {folds / 'fold-1.csv'}" in card.training.command
    seen = read_seen_groups(folder / "export", card)
    assert seen.images("train") == {row.image_id for row in fold.rows if row.part == "train"}
    assert not seen.groups() & {row.group for row in fold.rows if row.part == "test"}
    other = run("classifier", "train", "--resume", "0", "--split", folds / "fold-2.csv")
    assert other.exit_code == 2
    assert f"began with split {fold.sha256[:12]}" in other.stderr
    assert "name the split that it began with (--split)" in other.stderr
    (folds / "fold-1.csv").unlink()
    resumed = run("classifier", "train", "--resume", "0")
    assert resumed.exit_code == 0, resumed.output
    assert (folder / "done").exists()


def test_a_model_is_measured_on_the_split_that_it_was_trained_with(run, refused, folds, tmp_path):
    assert run("classifier", "train", *SHORT_CLASSIFIER, "--split", folds / "fold-0.csv").exit_code == 0
    asked = ("classifier", "evaluate", "--model", "0", "--data", "tiny")
    cause, cure = refused(*asked)
    assert "The model has seen" in cause
    assert "--split" in cure
    ledger = tmp_path / "ledger.csv"
    test = ("--part", "test", "--purpose", "fold 0", "--ledger", ledger)
    result = run(*asked, "--split", folds / "fold-0.csv", *test)
    assert result.exit_code == 0, result.output
    (opening,) = read_ledger(ledger)
    assert opening.split_sha256 == read_split(folds / "fold-0.csv").sha256
    refused(*asked, "--split", folds / "fold-1.csv", *test)
    assert len(read_ledger(ledger)) == 1


def test_a_split_of_other_data_is_refused_before_a_run_begins(refused, tiny_set):
    cause, _ = refused("gan", "train", *SHORT, "--split", splits_folder() / "ham10000-release.csv")
    assert "not in the data" in cause
    cause, _ = refused("gan", "train", *SHORT, "--split", "nowhere.csv")
    assert "There is no split at nowhere.csv" in cause
    assert not runs_folder().exists()
