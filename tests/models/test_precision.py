import torch

from lesionlab.core.processes import cores
from lesionlab.models.precision import choose_compute, cpu_has_bf16


def test_threads_are_set_as_asked_or_to_all_that_are_allowed():
    choose_compute(bf16=False, threads=1)
    assert torch.get_num_threads() == 1
    choose_compute(bf16=False, threads=0)
    assert torch.get_num_threads() == cores()
    torch.set_num_threads(1)


def test_bfloat16_is_used_only_when_wanted_and_in_hardware():
    assert not choose_compute(bf16=False, threads=1).bf16
    if not torch.cuda.is_available():
        assert choose_compute(bf16=True, threads=1).bf16 == cpu_has_bf16()
