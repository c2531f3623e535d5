import torch

from lesionlab.training.draws import Draws

CPU = torch.device("cpu")


def drawn(rows: slice = slice(None), step: int = 3, role: str = "real") -> list[torch.Tensor]:
    draws = Draws(7, role, step, CPU, 12, rows)
    labels = draws.labels(torch.tensor([0.2, 0.8]))
    return [labels, draws.uniform(2, 1), draws.normal(5), draws.integers(9, 2), draws.uniform(dtype=torch.float64)]


def test_parts_of_a_batch_get_what_the_whole_batch_gets_there():
    for whole, first, last in zip(drawn(), drawn(slice(0, 4)), drawn(slice(4, 12)), strict=True):
        assert torch.equal(whole, torch.cat((first, last)))


def test_a_step_repeats_and_other_steps_and_roles_draw_others():
    assert all(map(torch.equal, drawn(), drawn()))
    for other in (drawn(step=4), drawn(role="fake")):
        assert not any(torch.equal(one, another) for one, another in zip(drawn()[1:], other[1:], strict=True))


def test_ranges():
    _, uniform, normal, integers, exact = drawn()
    assert uniform.shape == (12, 2, 1)
    assert 0 <= uniform.min() <= uniform.max() < 1
    assert normal.min() < 0 < normal.max()
    assert set(integers.flatten().tolist()) <= set(range(9))
    assert exact.dtype == torch.float64
