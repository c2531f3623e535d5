from dataclasses import replace

import pytest
from known_studies import CLASSES, study_images, training_of

from lesionlab.records.codec import to_plain
from lesionlab.records.options import ClassifierOptions
from lesionlab.records.protocol import Protocol, ProtocolArm, protocol_as_toml
from lesionlab.study.frozen import freeze
from lesionlab.study.plan import identity

ARMS = (
    ProtocolArm("real", "", "real"),
    ProtocolArm("raw", "", "synthetic", "raw", 0.5),
    ProtocolArm("replay", "", "control", "replay", 0.5),
)
PROTOCOL = Protocol("t", "tiny", ARMS, {}, {}, image_size_px=16, real_shares=(1.0,))


@pytest.fixture
def done(home):
    """A study in which the synthetic arm is much better than the others, and replay as good as it."""
    images = study_images(900)
    study = freeze(PROTOCOL, images, "5" * 64, CLASSES)
    for arm, recall in (("real", 0.5), ("raw", 0.8), ("replay", 0.8)):
        for fold in range(5):
            for seed in (0, 1):
                one, archive = training_of(images, arm, 1.0, fold, seed, recall)
                study.add(replace(one.record, protocol_sha256=PROTOCOL.sha256), archive)
    return study


def test_the_verdict_is_told_with_both_comparisons(run, done):
    result = run("study", "verdict", "0")
    assert result.exit_code == 0, result.output
    assert "With 100% of the real images: " in result.stdout
    assert "helps" not in result.stdout
    assert "over replay" in result.stdout
    assert "Not a diagnosis" in result.stdout


def test_without_a_safeguard_another_verdict_comes_out(run, refused, done):
    told = run("study", "verdict", done.path.name, "--without", "hide-replay").stdout
    assert "With 100% of the real images: helps." in told
    assert "without a safeguard: Compare with real images alone" in told
    assert "hide-replay" in refused("study", "verdict", "0", "--without", "hide-reply")[1]


def test_an_unknown_study_names_those_that_are_there(refused, done):
    assert done.path.name in refused("study", "verdict", "7")[1]


def test_a_protocol_is_carried_out_and_gone_on_with(run, tiny_set, tiny_gan_options, tmp_path):
    tiny = ClassifierOptions(
        image_size_px=16, architecture="small-cnn", width=0.125, total_kimg=0.064, batch_size=16, warmup_kimg=0.02,
        ema_halflife_kimg=0.02, threads=1,
    )  # fmt: skip
    generator = identity(to_plain(replace(tiny_gan_options, total_kimg=0.064)))
    small = replace(
        PROTOCOL,
        folds=2,
        classifier_seeds=(0,),
        pool_images=2,
        generator=generator,
        classifier=identity(to_plain(tiny)),
    )
    file = tmp_path / "protocol.toml"
    file.write_text(protocol_as_toml(small), encoding="utf-8")
    result = run("study", "run", file, "--threads", "1")
    assert result.exit_code == 0, result.output
    assert result.stderr.count("Done: ") == 6
    assert "next: lesionlab study verdict 00000-effect" in result.stdout
    assert "Done: " not in run("study", "run", file, "--threads", "1").stderr
    assert "no verdict. This is a pilot" in run("study", "verdict", "0").stdout
