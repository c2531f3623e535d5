from dataclasses import replace

import pytest

from lesionlab.core.errors import StudyError
from lesionlab.records.protocol import Protocol, ProtocolArm, protocol_as_toml, read_protocol

REAL = ProtocolArm("real", "Real images", "real", classifier={"augmentation": "none", "lr": 0.001})
RAW = ProtocolArm("raw", "Half of the slots synthetic", "synthetic", "raw", 0.5)
REPLAY = ProtocolArm("replay", "The same slots, real images again", "control", "replay", 0.5)
PROTOCOL = Protocol(
    title='Does it "help"?',
    data="tiny",
    arms=(REAL, RAW, REPLAY, ProtocolArm("alone", "Synthetic alone", "alone", "raw", 1.0)),
    generator={"total_kimg": 3.0, "loss": "hinge", "symmetries": True},
    classifier={"width": 0.25},
)


def test_what_is_written_reads_back_the_same(tmp_path):
    (tmp_path / "protocol.toml").write_text(protocol_as_toml(PROTOCOL), encoding="utf-8")
    assert read_protocol(tmp_path / "protocol.toml") == PROTOCOL


def test_the_hash_is_of_what_it_says_not_of_its_layout(tmp_path):
    text = "# a word\n\n" + protocol_as_toml(PROTOCOL).replace("folds = 5", "folds   =  5  # five")
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    assert read_protocol(tmp_path / "p.toml").sha256 == PROTOCOL.sha256
    assert replace(PROTOCOL, delta=0.03).sha256 != PROTOCOL.sha256


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"arms": ()}, "no arm"),
        ({"arms": (REAL, RAW)}, "repeats real images"),
        ({"arms": (REAL, REPLAY)}, "role 'synthetic'"),
        ({"arms": (RAW, REPLAY)}, "role 'real'"),
        ({"arms": (REAL, RAW, RAW, REPLAY)}, "Two arms are called 'raw'"),
        ({"delta": 0.0}, "delta is 0"),
        ({"folds": 1}, "folds is 1"),
        ({"pool_images": 0}, "pool_images is 0"),
        ({"choice_fold": 5}, "choice_fold is 5, of 5 folds"),
        ({"classifier_seeds": (1, 1)}, r"classifier_seeds are \[1, 1\]"),
        ({"real_shares": (1.5,)}, r"real_shares are \[1.5\]"),
        ({"sweep_shares": (0.5, 0.5)}, r"sweep_shares are \[0.5, 0.5\]"),
        ({"sweep_doses": (1.0,)}, r"sweep_doses are \[1.0\]"),
        (
            {"sweep_doses": (0.25,), "arms": (REAL, RAW, REPLAY, replace(RAW, name="raw-dose25"))},
            "'raw-dose25' as well",
        ),
    ],
)
def test_a_protocol_that_could_not_be_judged_is_refused(changes, said):
    with pytest.raises(StudyError, match=said):
        replace(PROTOCOL, **changes)


@pytest.mark.parametrize(
    ("arm", "said"),
    [
        (replace(RAW, name="Raw fakes"), "small letters"),
        (replace(RAW, dose=0.0), "fill 'raw' at a dose of 0"),
        (replace(RAW, dose=1.5), "dose of 1.5"),
        (replace(REAL, name="plain", dose=0.5), "fill 'none' at a dose of 0.5"),
        (replace(RAW, role="real"), "without synthetic images"),
        (replace(RAW, fill="replay"), "what synthetic images do"),
        (replace(RAW, role="alone"), "synthetic images alone, at a dose of 0.5"),
        (replace(RAW, pretraining=0.5), "pretrains for a share of 0.5"),
    ],
)
def test_an_arm_that_contradicts_itself_is_refused(arm, said):
    with pytest.raises(StudyError, match=said):
        replace(PROTOCOL, arms=(REAL, replace(RAW, name="other"), REPLAY, arm))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("folds = ", "no TOML"),
        ("title = 'x'", "lacks 'data'"),
        (protocol_as_toml(PROTOCOL).replace("folds", "fold"), "Unknown key 'fold'.*folds"),
        (protocol_as_toml(PROTOCOL).replace('"replay"', '"repaly"'), "'repaly'"),
        (protocol_as_toml(PROTOCOL).replace("version = 1", "version = 2"), "version 2"),
    ],
)
def test_a_file_that_is_no_protocol_says_where(tmp_path, text, said):
    (tmp_path / "protocol.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=said):
        read_protocol(tmp_path / "protocol.toml")


def test_a_missing_file_names_the_command_that_writes_one(tmp_path):
    with pytest.raises(StudyError, match="study init"):
        read_protocol(tmp_path / "protocol.toml")


def test_a_sweep_makes_arms_at_other_doses_that_repeats_are_held_against():
    swept = replace(PROTOCOL, sweep_doses=(0.125, 0.5))
    assert [arm.name for arm in swept.every_arm[len(PROTOCOL.arms) :]] == ["raw-dose12-5", "replay-dose12-5"]
    arm = swept.arm("raw-dose12-5")
    assert (arm.dose, arm.fill, arm.classifier) == (0.125, "raw", RAW.classifier)
    assert swept.replay_in(arm) == swept.arm("replay-dose12-5")
    assert swept.replay_in(RAW) == REPLAY
    assert swept.replay_in(REAL) is swept.replay_in(REPLAY) is swept.replay_in(swept.arm("alone")) is None
    assert swept.sha256 != PROTOCOL.sha256
