from dataclasses import replace

import pytest
from known_studies import PROTOCOL

from lesionlab.records.codec import to_plain
from lesionlab.records.protocol import protocol_as_toml
from lesionlab.study import prospects, timing
from lesionlab.study.plan import identity


@pytest.fixture
def file(tiny_set, tiny_gan_options, tiny_classifier_options, tmp_path, monkeypatch):
    """A protocol on drawn lesions, on a machine where everything takes half an hour for a thousand images."""
    monkeypatch.setattr(prospects, "STUDIES", 4)
    monkeypatch.setattr(timing, "seconds_per_kimg", lambda *_: 1800.0)
    monkeypatch.setattr(timing, "classifier_seconds_per_kimg", lambda *_: 1800.0)
    protocol = replace(
        PROTOCOL,
        image_size_px=16,
        generator=identity(to_plain(replace(tiny_gan_options, total_kimg=2.0))),
        classifier=identity(to_plain(replace(tiny_classifier_options, total_kimg=1.0))),
    )
    path = tmp_path / "protocol.toml"
    path.write_text(protocol_as_toml(protocol), encoding="utf-8")
    return path


def test_hours_and_prospects_are_told_and_nothing_is_begun(run, file, home):
    result = run("study", "plan", file)
    assert result.exit_code == 0, result.output
    told = " ".join(result.stdout.split())
    assert "to choose the arms 8 1 5.5" in told  # 8 trainings and a judge of half an hour, a generator of an hour
    assert "for the verdicts 76 9 47.0" in told
    assert "The verdicts take about 52.5 hours on this machine" in told
    assert "effect seen in four studies of five lesions points" in told
    assert "if synthetic images truly give it says helps" in told
    assert "The question c" in told
    assert "next: lesionlab study run" in told
    assert not (home / "studies").exists()


def test_a_world_of_known_truth_has_no_generator_to_time(run, file):
    text = file.read_text(encoding="utf-8")
    before, _, after = text.partition("[generator]")
    file.write_text(before + '[generator]\nworld = "null"\n\n[classifier]' + after.partition("[classifier]")[2])
    told = " ".join(run("study", "plan", file).stdout.split())
    assert "to choose the arms 8 1 4.5" in told


def test_a_pilot_is_told(run, file):
    file.write_text(file.read_text().replace("classifier_seeds = [0, 1]", "classifier_seeds = [0]"))
    told = run("study", "plan", file).stdout
    assert "This is a pilot" in told
    assert "it says helps" not in told
