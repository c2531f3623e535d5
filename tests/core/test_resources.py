from lesionlab.core.resources import frontend_folder


def test_templates_and_styles_are_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (frontend_folder() / "templates").is_dir()
    assert (frontend_folder() / "static").is_dir()
