"""Two processes of half a batch do what one process does with the whole batch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lesionlab.core.errors import OptionsError
from lesionlab.training.team import ALONE, Team

STEPS = 4
WORKER = """
import json, sys
import numpy as np
import torch
from lesionlab.data.procedural import procedural_lesion
from lesionlab.models.precision import choose_compute
from lesionlab.records.options import GanOptions
from lesionlab.training.gan_trainee import GanTrainee
from lesionlab.training.team import join_team, leave_team

team = join_team()
options = GanOptions(image_size_px=16, batch_size=64, latent_dim=8, generator_channels=4, discriminator_channels=8,
    max_channels=16, ema_halflife_kimg=0.2, threads=1, bf16=False, **json.loads(sys.argv[1]))
labels = np.arange(40) % 2
images = np.stack([procedural_lesion(("mel", "nv")[label], seed, 16) for seed, label in enumerate(labels)])
trainee = GanTrainee(options, images, labels, ("mel", "nv"), choose_compute(False, 1), team)
lines = []
for step in range(int(sys.argv[2])):
    lines.append({name: value.item() for name, value in trainee.step().items()})
weights = torch.cat([p.flatten() for p in trainee.averaged_generator().parameters()])
lines.append({"weights": weights.double().norm().item(), "asked": team.any(not team.leads)})
if team.leads:
    print(json.dumps(lines))
assert team.told(str(team.rank)) == "0"
leave_team(team)
"""
FAITHFUL = {
    "upsampling": "transposed",
    "conditioning": "concat",
    "loss": "bce",
    "spectral_norm": False,
    "diffaugment": "none",
}


def run(tmp_path: Path, recipe: dict, processes: int) -> list[dict[str, float]]:
    script = tmp_path / "worker.py"
    script.write_text(WORKER, encoding="utf-8")
    starter = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"] if processes > 1 else []
    words = [sys.executable, *starter, str(script), json.dumps(recipe), str(STEPS)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(words, capture_output=True, text=True, timeout=240, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("[{")]
    return json.loads(line)


@pytest.mark.skipif(sys.platform == "win32", reason="torchrun with gloo is not at home there")
@pytest.mark.parametrize("recipe", [{"penalty": "r1", "penalty_every": 2, "consistency_weight": 5.0}, FAITHFUL])
def test_two_times_32_is_once_64(tmp_path: Path, recipe: dict):
    alone, together = run(tmp_path, recipe, 1), run(tmp_path, recipe, 2)
    assert together[-1].pop("asked")
    assert not alone[-1].pop("asked")
    for one, two in zip(alone, together, strict=True):
        for name, value in one.items():
            assert two[name] == pytest.approx(value, rel=2e-3, abs=1e-4), name
    first, same = alone[0], together[0]
    assert same["loss_d"] == pytest.approx(first["loss_d"], rel=1e-5)
    assert same["loss_g"] == pytest.approx(first["loss_g"], rel=1e-4)


def test_rows_are_shared_out_without_a_gap():
    shares = [Team(rank, 2).rows(48, 3) for rank in range(2)]
    covered = [number for rows in shares for each in rows for number in range(48)[each]]
    assert covered == list(range(48))
    assert ALONE.rows(8, 1) == [slice(0, 8)]


@pytest.mark.parametrize(("batch", "size", "parts"), [(64, 3, 1), (8, 8, 1), (6, 1, 6)])
def test_a_batch_that_cannot_be_shared_is_refused(batch, size, parts):
    with pytest.raises(OptionsError, match=f"batch of {batch}"):
        Team(0, size).rows(batch, parts)
