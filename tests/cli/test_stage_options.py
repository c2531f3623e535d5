from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from lesionlab.cli.stage_options import options_as_toml, stage_options
from lesionlab.core.errors import OptionsError
from lesionlab.records.codec import to_plain
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.records.presets import CLASSIFIER_PRESETS, DEFAULT_PRESET, GAN_PRESETS, find_preset


def test_later_choices_win(tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_text("batch_size = 8\nseed = 5\n")
    options = stage_options(GAN_PRESETS, "tiny", file, ["seed=7"])
    assert (options.image_size_px, options.batch_size, options.seed) == (16, 8, 7)


@pytest.mark.parametrize("name", ["released", "quick", "tiny"])
def test_printed_options_read_back_the_same(tmp_path: Path, name):
    for presets in (GAN_PRESETS, CLASSIFIER_PRESETS):
        options = stage_options(presets, name, None, ["seed=9"])
        file = tmp_path / "printed.toml"
        file.write_text(options_as_toml(options, "a head"))
        assert stage_options(presets, "released", file, []) == options


def test_every_option_is_printed():
    printed = tomllib.loads(options_as_toml(GanOptions(), "a head"))
    assert printed == to_plain(GanOptions())


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [
        ("total_kimg=2", "total_kimg", 2.0),
        ("total_kimg = 2.5", "total_kimg", 2.5),
        ("bf16=false", "bf16", False),
        ("upsampling=transposed", "upsampling", "transposed"),
        ('upsampling="transposed"', "upsampling", "transposed"),
        ("generator_lr=1e-3", "generator_lr", 0.001),
    ],
)
def test_setting_takes_its_options_type(setting, name, value):
    found = getattr(stage_options(GAN_PRESETS, "tiny", None, [setting]), name)
    assert found == value
    assert type(found) is type(value)


def test_text_option_is_never_read_as_a_number():
    options = stage_options(CLASSIFIER_PRESETS, "released", None, ["pretrained=2024", "width=1"])
    assert options.pretrained == "2024"


@pytest.mark.parametrize(
    ("setting", "cause", "cure"),
    [
        ("batchsize=8", "Unknown key 'batchsize'", "Did you mean 'batch_size'?"),
        ("batch_size=many", "batch_size is 'many', which is no int.", "Give a value of type int."),
        ("batch_size=1.5", "batch_size is 1.5, which is no int.", "int"),
        ("bf16=1", "bf16 is 1", "bool"),
        ("upsampling=transposd", "upsampling is 'transposd'.", "Did you mean 'transposed'?"),
        ("image_size_px=48", "image_size_px is 48.", "Choose one of 16, 32, 64, 128, 256."),
        ("total_kimg=inf", "total_kimg is inf.", "finite"),
        ("total_kimg=0", "total_kimg is 0.0.", "above 0"),
        ("seed", "--set seed has no value.", "key=value"),
    ],
)
def test_wrong_setting_is_refused_with_its_cure(setting, cause, cure):
    with pytest.raises(OptionsError) as caught:
        stage_options(GAN_PRESETS, "released", None, [setting])
    assert cause in caught.value.cause
    assert cure in caught.value.cure


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"batch_size 8", "is no TOML"),
        (b"\xff\xfe", "is no TOML"),
        (b"bach_size = 8", "Unknown key 'bach_size' in"),
        (b"[gan]\nbatch_size = 8", "Unknown key 'gan' in"),
    ],
)
def test_wrong_file_is_refused_by_name(tmp_path: Path, content, cause):
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(OptionsError, match=cause) as caught:
        stage_options(GAN_PRESETS, "released", file, [])
    assert "mine.toml" in caught.value.cause


def test_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(OptionsError, match="There is no file"):
        stage_options(GAN_PRESETS, "released", tmp_path / "none.toml", [])


def test_presets_are_named_and_released_is_the_default():
    for presets, kind in ((GAN_PRESETS, GanOptions), (CLASSIFIER_PRESETS, ClassifierOptions)):
        assert list(presets) == [preset.name for preset in presets.values()]
        assert presets[DEFAULT_PRESET].options == kind()
        assert presets["tiny"].options.image_size_px == 16
        assert presets["quick"].options.image_size_px == 32


def test_unknown_preset_gets_the_nearest():
    with pytest.raises(OptionsError, match="no preset 'quik'") as caught:
        find_preset(GAN_PRESETS, "quik")
    assert caught.value.cure == "Did you mean 'quick'?"
