import shutil

import pytest

from lesionlab.core.errors import ModelError
from lesionlab.records import release as release_record
from lesionlab.records.release import make_release, pin_release, read_release, verify_release


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
