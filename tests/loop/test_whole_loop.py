"""The main job from end to end, with the very commands of the README: from images to a lesion in a browser's answer."""

import csv
import io
import json
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from lesionlab.cli.main import app
from lesionlab.core.home import runs_folder
from lesionlab.core.imaging import decode
from lesionlab.core.notice import NOTICE
from lesionlab.inference.provenance import read_provenance
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig

LESIONS_PER_CLASS = 12


def _lesionlab(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def _train_sample_classify_serve(data: str, out: Path) -> None:
    _lesionlab("gan", "train", "--data", data, "--preset", "tiny", "--set", "total_kimg=0.5", "--set", "threads=1")
    assert "synthetic images" in _lesionlab("gan", "sample", "--model", "0", "--count", "2", "--out", str(out))
    written = sorted(out.glob("*.png"))
    assert len(written) == 14
    assert read_provenance(written[0].read_bytes())

    settings = ("--preset", "tiny", "--set", "total_kimg=1", "--set", "threads=1")
    _lesionlab("classifier", "train", "--data", data, *settings)
    report = out.parent / "report.json"
    evaluated = _lesionlab("classifier", "evaluate", "--model", "1", "--data", data, "--out", str(report))
    assert "balanced accuracy" in evaluated
    assert json.loads(report.read_text())["lesions"] > 0
    answers = json.loads(_lesionlab("classifier", "predict", str(written[0]), "--model", "1", "--json"))
    assert NOTICE in json.dumps(answers)

    runs = {run.name[:5]: run / "export" for run in runs_folder().iterdir()}
    client = create_app(WebConfig(runs["00000"], runs["00001"])).test_client()
    assert client.get("/healthz").status_code == 200
    made = client.post("/api/v1/generate", json={"diagnosis": "mel", "count": 1, "seed": 7})
    assert made.status_code == 200, made.get_data(as_text=True)
    page = client.get("/generate?diagnosis=mel&count=2&seed=7", buffered=True)
    assert page.status_code == 200
    assert NOTICE in page.get_data(as_text=True)
    upload = {"image": (io.BytesIO(written[0].read_bytes()), "lesion.png")}
    answer = client.post("/api/v1/classify", data=upload)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.get_json()["decision"] is not None


def test_from_drawn_lesions_to_an_answer_of_the_web_app(tmp_path):
    _lesionlab("data", "prepare", "--procedural", "84", "--name", "tiny", "--size", "16")
    _train_sample_classify_serve("tiny", tmp_path / "samples")


@pytest.mark.data
def test_from_real_lesions_to_an_answer_of_the_web_app(test_data, tmp_path):
    source = _real_subset(test_data / "ham10000", tmp_path / "subset")
    prepared = _lesionlab("data", "prepare", str(source), "--name", "subset", "--size", "16")
    assert "SHA-256" in prepared
    _train_sample_classify_serve("subset", tmp_path / "samples")


def _real_subset(whole: Path, folder: Path) -> Path:
    """Copy the first lesions of each diagnosis, all their images, in the layout of the download."""
    with (whole / "HAM10000_metadata.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    chosen: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if len(chosen[row["dx"]]) < LESIONS_PER_CLASS and row["lesion_id"] not in chosen[row["dx"]]:
            chosen[row["dx"]].append(row["lesion_id"])
    kept = [row for row in rows if row["lesion_id"] in chosen[row["dx"]]]
    part = folder / "HAM10000_images_part_1"
    part.mkdir(parents=True)
    for row in kept:
        (found,) = whole.glob(f"HAM10000_images_part_*/{row['image_id']}.jpg")
        shutil.copy(found, part)
    with (folder / "HAM10000_metadata.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(kept)
    assert np.isfinite(decode(next(part.iterdir()).read_bytes())).all()
    return folder
