from typer.testing import CliRunner

from lesionlab.cli.main import app
from lesionlab.records.protocol import read_protocol


def test_the_protocol_that_it_writes_is_one(tmp_path):
    file = tmp_path / "mine.toml"
    found = CliRunner().invoke(app, ["study", "init", str(file), "--data", "tiny", "--size", "16"])
    assert found.exit_code == 0, found.output
    protocol = read_protocol(file)
    assert (protocol.data, protocol.image_size_px, len(protocol.arms)) == ("tiny", 16, 12)
    assert protocol.sha256[:12] in found.output


def test_a_file_that_is_there_is_left_as_it_is(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("mine")
    for name in (file, tmp_path / "mine.txt"):
        found = CliRunner().invoke(app, ["study", "init", str(name)])
        assert found.exit_code != 0
    assert file.read_text() == "mine"
