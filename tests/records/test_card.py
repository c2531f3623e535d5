import json
import shutil
from dataclasses import replace

import pytest

from lesionlab.core.errors import ModelError
from lesionlab.core.notice import NOTICE
from lesionlab.records.card import Metric, check_weights, figure, read_card, write_card


@pytest.fixture
def export(tiny_classifier, tmp_path):
    return shutil.copytree(tiny_classifier, tmp_path / "export")


def test_a_card_comes_back_equal_and_carries_notice_and_licence(export):
    card = read_card(export)
    write_card(export, card)
    assert read_card(export) == card
    assert card.notice == NOTICE
    assert card.licence == "CC0 1.0"  # that of the drawn lesions it learned from
    assert card.attribution == "Derived from drawn lesions: drawn by rules, of nobody's skin, CC0 1.0."


def _edit(export, **changes):
    path = export / "card.json"
    plain = json.loads(path.read_text()) | changes
    path.write_text(json.dumps(plain))


def test_another_version_says_both_versions(export):
    _edit(export, card_version=99)
    with pytest.raises(ModelError, match=r"version 99.*reads version 2"):
        read_card(export)


def test_an_unknown_key_and_damaged_json_are_named(export):
    _edit(export, licence_url="x")
    with pytest.raises(ModelError, match="Unknown key 'licence_url'"):
        read_card(export)
    (export / "card.json").write_text('{"kind": "gen')
    with pytest.raises(ModelError, match="damaged"):
        read_card(export)
    (export / "card.json").write_text("[1]")
    with pytest.raises(ModelError, match="version None"):
        read_card(export)


def test_no_card_and_no_weights(export, tmp_path):
    with pytest.raises(ModelError, match=r"no card\.json"):
        read_card(tmp_path)
    card = read_card(export)
    (export / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"no model\.onnx"):
        check_weights(export, card)


def test_weights_cut_in_half_do_not_pass(export):
    weights = export / "model.onnx"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    with pytest.raises(ModelError, match="cut or changed"):
        check_weights(export, read_card(export))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.61249, "0.612"),
        (0.5, "0.500"),
        (0.0012345, "0.00123"),
        (-0.0004, "-0.0004"),
        (84.125, "84.1"),
        (-6.6e-5, "-0.00007"),
        (0, "0.000"),
    ],
)
def test_a_metric_shows_three_digits_that_tell_something(value, text):
    assert Metric("kid", value, 745, "images", "test").text == text
    assert figure(12345.6) == "12,346"


def test_a_metric_with_interval_space_and_ruler_comes_back_equal(export):
    metric = Metric(
        "kid", 0.1, 745, "images", "test", of="macro", space="x", low=0.0, high=1.0, ruler={"real images": 0.0}
    )
    card = replace(read_card(export), metrics=(metric,))
    write_card(export, card)
    assert read_card(export) == card
