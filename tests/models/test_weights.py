import pytest
import torch

from lesionlab.core.errors import RunError
from lesionlab.models.weights import load_state, save_state


class Code:
    def __reduce__(self):
        return (print, ("a file must never run code",))


def test_states_come_back_as_they_were(tmp_path):
    state = {"steps": 3, "weights": {"a": torch.arange(4.0)}}
    save_state(tmp_path / "state.pt", state)
    back = load_state(tmp_path / "state.pt")
    assert back["steps"] == 3
    assert torch.equal(back["weights"]["a"], torch.arange(4.0))


def test_a_file_cut_in_half_is_named(tmp_path):
    save_state(tmp_path / "state.pt", {"a": torch.zeros(1000)})
    whole = (tmp_path / "state.pt").read_bytes()
    (tmp_path / "state.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RunError, match="damaged"):
        load_state(tmp_path / "state.pt")


def test_a_file_that_carries_code_is_refused(tmp_path, capsys):
    torch.save({"a": Code()}, tmp_path / "state.pt")
    with pytest.raises(RunError, match="damaged"):
        load_state(tmp_path / "state.pt")
    assert capsys.readouterr().out == ""
