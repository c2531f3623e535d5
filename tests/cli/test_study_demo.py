from dataclasses import replace

import pytest

from lesionlab.core.home import studies_folder
from lesionlab.study import demo
from lesionlab.study.frozen import open_frozen


def test_a_world_is_studied_as_any_data_and_its_truth_told(run, monkeypatch):
    """In a tiny form: of the lesions, steps, folds and seeds of the real one only a few."""
    of, data = demo.demo_protocol, demo.demo_data

    def tiny(world, name):
        whole = of(world, name)
        short = {**whole.classifier, "width": 0.125, "total_kimg": 0.032, "batch_size": 16, "warmup_kimg": 0.0}
        return replace(whole, classifier=short, folds=2, classifier_seeds=(0,), real_shares=(0.4,), pool_images=2)

    monkeypatch.setattr(demo, "demo_protocol", tiny)
    monkeypatch.setattr(demo, "demo_data", lambda world, seed, **more: data(world, seed, 56, **more))
    result = run("study", "demo", "--world", "null", "--threads", "1")
    assert result.exit_code == 0, result.output
    assert "no verdict. This is a pilot" in result.stdout
    assert "The truth: no relevant effect, for the sampler repeats" in result.stdout
    assert "The study did not find it, and claimed nothing false: 'no verdict'." in result.stdout
    study = open_frozen(studies_folder() / "00000-effect")
    assert {each.record.arm for each in study.tested()} == {"augmented", "raw", "replay", "perfect"}
    assert "Done: " not in run("study", "demo", "--world", "null", "--threads", "1").stderr


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("world", "word"), [("helps", "helps"), ("null", "no relevant effect")])
def test_the_truth_of_both_worlds_is_found(run, world, word):
    result = run("study", "demo", "--world", world, "--threads", "1")
    assert result.exit_code == 0, result.output
    assert f"real images: {word}." in result.stdout
    assert "The study found it." in result.stdout
