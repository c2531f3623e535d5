from pathlib import Path

from lesionlab.core.home import cache_folder, home


def test_the_variable_decides(tmp_path, monkeypatch):
    monkeypatch.setenv("LESIONLAB_HOME", str(tmp_path / "here"))
    assert home() == tmp_path / "here"
    assert cache_folder() == tmp_path / "here" / "cache"


def test_without_it_the_platforms_data_folder_is_used(monkeypatch, tmp_path):
    monkeypatch.delenv("LESIONLAB_HOME")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert home() == Path(tmp_path) / "lesionlab"
