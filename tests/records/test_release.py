import dataclasses
import shutil

import pytest

from lesionlab.core.errors import ModelError
from lesionlab.records import release as release_record
from lesionlab.records.card import ImageSpec, read_card, write_card
from lesionlab.records.release import make_release, members, pin_release, read_release, verify_release


@pytest.fixture
def folder(tiny_generator, tiny_classifier, tmp_path):
    shutil.copytree(tiny_generator, tmp_path / "released" / "generator")
    shutil.copytree(tiny_classifier, tmp_path / "released" / "classifier")
    return tmp_path / "released"


def test_a_pinned_set_is_whole(folder):
    release = pin_release(folder, "1")
    assert read_release(folder) == release
    assert {name.split("/")[0] for name in release.files} == {"generator", "classifier"}
    assert verify_release(folder) == []


def test_each_change_is_found(folder):
    pin_release(folder, "1")
    weights = folder / "classifier" / "model.onnx"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:100])
    assert verify_release(folder) == [f"classifier/model.onnx has 100 bytes, pinned are {len(whole):,}."]
    weights.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    assert "another SHA-256" in verify_release(folder)[0]
    weights.unlink()
    assert verify_release(folder) == ["classifier/model.onnx is missing."]


def test_a_mixed_set_is_found(folder):
    pin_release(folder, "1")
    shutil.copy(folder / "generator" / "card.json", folder / "generator" / "old.json")
    assert verify_release(folder) == ["generator/old.json does not belong to the release."]


def test_a_set_without_a_role_or_too_large_is_not_pinned(folder, monkeypatch):
    monkeypatch.setattr(release_record, "MAX_RELEASE_BYTES", 1000)
    with pytest.raises(ModelError, match="limit"):
        pin_release(folder, "1")
    shutil.rmtree(folder / "classifier")
    with pytest.raises(ModelError, match="no classifier"):
        pin_release(folder, "1")
    with pytest.raises(ModelError, match="no release"):
        read_release(folder)


def test_a_release_is_copied_pinned_and_replaced_as_a_whole(tiny_generator, tiny_classifier, tmp_path):
    target = tmp_path / "released"
    exports = {"generator": tiny_generator, "classifier": tiny_classifier}
    make_release(target, "1", exports)
    assert verify_release(target) == []
    with pytest.raises(ModelError, match="is a generator, not a classifier"):
        make_release(target, "2", {"generator": tiny_generator, "classifier": tiny_generator})
    assert read_release(target).name == "1"
    make_release(target, "2", exports)
    assert read_release(target).name == "2"
    assert [p.name for p in tmp_path.iterdir()] == ["released"]


@pytest.fixture
def extractors(tiny_extractor, tmp_path):
    """Two extractors, `vgg19-tiny` and `other`."""
    shutil.copytree(tiny_extractor, tmp_path / "other")
    write_card(tmp_path / "other", dataclasses.replace(read_card(tiny_extractor), name="other"))
    return [tiny_extractor, tmp_path / "other"]


def test_extractors_go_by_their_names_and_the_cards_name_each_other(
    tiny_generator, tiny_classifier, extractors, tmp_path
):
    target = tmp_path / "released"
    made = make_release(target, "1", {"generator": tiny_generator, "classifier": tiny_classifier}, extractors)
    places = ["generator", "classifier", "extractors/other", "extractors/vgg19-tiny"]
    assert members(target) == places
    assert {name.rsplit("/", 1)[0] for name in made.files} == set(places)
    weights = {place: read_card(target / place).weights_sha256 for place in places}
    for place in places:
        assert read_card(target / place).companions == {each: weights[each] for each in places if each != place}
    assert verify_release(target) == []
    assert read_card(tiny_generator).companions == {}


def test_a_model_of_another_release_is_found_though_every_file_is_pinned(
    tiny_generator, tiny_classifier, extractors, tmp_path, monkeypatch
):
    exports = {"generator": tiny_generator, "classifier": tiny_classifier}
    make_release(tmp_path / "a", "a", exports)
    make_release(tmp_path / "b", "b", exports, extractors[:1])
    shutil.copytree(tmp_path / "a" / "generator", tmp_path / "b" / "generator", dirs_exist_ok=True)
    monkeypatch.setattr(
        release_record, "write_card", lambda folder, card: None
    )  # pinned again by hand, cards as copied
    pin_release(tmp_path / "b", "mixed")
    assert verify_release(tmp_path / "b") == ["generator names other models as its companions than those here."]


def test_extractors_that_do_not_fit_are_refused(tiny_generator, tiny_classifier, extractors, tmp_path):
    exports = {"generator": tiny_generator, "classifier": tiny_classifier}
    card = read_card(extractors[1])
    write_card(extractors[1], dataclasses.replace(card, name="vgg19-tiny"))
    with pytest.raises(ModelError, match="Two extractors are called vgg19-tiny"):
        make_release(tmp_path / "released", "1", exports, extractors)
    write_card(extractors[1], dataclasses.replace(card, image=ImageSpec(32)))
    with pytest.raises(ModelError, match="other sees images of 32 px, the generator makes 16 px"):
        make_release(tmp_path / "released", "1", exports, extractors)
    with pytest.raises(ModelError, match="is a classifier, not an extractor"):
        make_release(tmp_path / "released", "1", exports, [tiny_classifier])
    assert not (tmp_path / "released").exists()
