"""From two sources to reports that name them, by the commands of the documents; what would leak never gets in."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from isic_host import NAMES, Held, IsicHost, picture
from loopback import serving
from PIL import Image
from small_ham10000 import write_small_ham10000
from typer.testing import CliRunner

from lesionlab.cli.main import app
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.home import runs_folder
from lesionlab.core.resources import splits_folder
from lesionlab.data.isic2017 import read_isic2017
from lesionlab.data.prepared import PreparedData, open_prepared
from lesionlab.data.procedural import procedural_lesion
from lesionlab.inference.provenance import read_provenance
from lesionlab.records.card import ModelCard, read_card
from lesionlab.records.seen_groups import read_seen_groups
from lesionlab.records.split import read_split

COPY, SIBLING, TRAIN_COPY = "ISIC_7000001", "ISIC_7000002", "ISIC_7000003"


def _lesionlab(*words: str) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


def _file_of(source: Path, image_id: str) -> Path:
    (found,) = source.glob(f"*/{image_id}.jpg")
    return found


def _re_encoded(path: Path) -> bytes:
    """The picture as another site might have it: larger, mirrored, of another quality."""
    with Image.open(path) as image:
        changed = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((180, 135), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    changed.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _archive(source: Path, base: PreparedData) -> list[Held]:
    """Fourteen new lesions; a copy of a test image with a sibling of its own; and a copy of a training image."""
    new = [
        Held(f"ISIC_{7000100 + n:07d}", picture(code, 900 + n, 60, 52), NAMES[code], "CC-0", attribution=f"Clinic {n}")
        for n, code in enumerate(HAM10000_CODES * 2)
    ]
    test = next(row for row in base.split.rows if row.part == "test" and row.diagnosis == "mel")
    train = next(row for row in base.split.rows if row.part == "train" and row.diagnosis == "nv")
    lesion = {"lesion_id": "IL_7000001"}
    copy = Held(COPY, _re_encoded(_file_of(source, test.image_id)), NAMES["mel"], clinical=lesion)
    sibling = Held(SIBLING, picture("mel", 990, 60, 52), NAMES["mel"], clinical=lesion)
    again = Held(TRAIN_COPY, _re_encoded(_file_of(source, train.image_id)), NAMES["nv"])
    return [*new, copy, sibling, again]


def _clinic(folder: Path) -> Path:
    for number, code in enumerate(HAM10000_CODES):
        (folder / code).mkdir(parents=True)
        Image.fromarray(procedural_lesion(code, 700 + number, 72)).save(folder / code / f"{code}.png")
    return folder


@pytest.fixture
def collected(tmp_path: Path, home: Path) -> Path:
    """The base under the name `plain`, and a collection of the archive and a clinic; return the base's folder."""
    source = write_small_ham10000(tmp_path / "ham10000")
    _lesionlab("data", "prepare", str(source), "--name", "plain", "--size", "16")
    with serving(IsicHost(_archive(source, open_prepared("plain")))) as host:
        told = _lesionlab("collect", "isic", "--limit", "all", "--delay", "0", "--archive", host.address)
    assert "17" in told
    clinic = _clinic(tmp_path / "clinic")
    _lesionlab("collect", "folder", str(clinic), "--licence", "CC-BY-SA-4.0", "--attribution", "The clinic")
    return source


def _cards() -> list[ModelCard]:
    return [read_card(run / "export") for run in sorted(runs_folder().iterdir())]


def test_collected_images_reach_training_and_what_would_leak_does_not(collected: Path, tmp_path: Path):
    told = _lesionlab("data", "prepare", str(collected), "--add", "collected", "--name", "more", "--size", "16")
    plain, more = open_prepared("plain"), open_prepared("more")
    assert more.split.rows[: len(plain.split.rows)] == plain.split.rows
    added = {row.image_id for row in more.split.rows} - {row.image_id for row in plain.split.rows}
    record = more.record.additions
    assert record is not None
    assert record.found == 24
    assert record.used == len(added) > 10
    assert f"{len(added):,} of 24 collected images found" in told
    assert {name.partition(":")[0] for name in added} == {"isic", "clinic"}
    assert not added & {f"isic:{each}" for each in (COPY, SIBLING, TRAIN_COPY)}
    left_out = {reason: problem.ids for reason, problem in record.left_out.items()}
    assert {f"isic:{COPY}", f"isic:{TRAIN_COPY}"} <= set(left_out["already in the base set"])
    assert f"isic:{SIBLING}" in left_out["near or of one lesion with images of the validation or test part"]
    assert set(more.part("validation").image_ids) == set(plain.part("validation").image_ids)

    settings = ("--preset", "tiny", "--set", "total_kimg=0.25", "--set", "threads=1")
    for data in ("more", "plain"):
        _lesionlab("gan", "train", "--data", data, *settings)
        _lesionlab("classifier", "train", "--data", data, *settings)
    of_more, of_plain = _cards()[:2], _cards()[2:]
    sources = {
        source: sum(value == source for value in more.part("train").column("source"))
        for source in ("ham10000", "isic", "clinic")
    }
    for card in of_more:
        assert card.training.images_per_source == sources
        assert card.licence == "CC BY-NC-SA 4.0"
        assert "attributions.csv" in card.attribution
    assert all(card.training.images_per_source == {"ham10000": sources["ham10000"]} for card in of_plain)
    assert all(card.licence == "CC BY-NC 4.0" for card in of_plain)
    exports = [run / "export" for run in sorted(runs_folder().iterdir())]
    for export, card in zip(exports, _cards(), strict=True):
        seen = read_seen_groups(export, card).images()
        assert not seen & {f"isic:{each}" for each in (COPY, SIBLING, TRAIN_COPY)}
    assert "Clinic 0" in (exports[0] / "attributions.csv").read_text(encoding="utf-8")

    _lesionlab("gan", "sample", "--model", "0", "--count", "1", "--out", str(tmp_path / "samples"))
    provenance = read_provenance(next((tmp_path / "samples").glob("mel-*.png")).read_bytes())
    assert provenance is not None
    assert provenance["licence"] == "CC BY-NC-SA 4.0"
    assert (tmp_path / "samples" / "attributions.csv").is_file()

    report = tmp_path / "report.json"
    text = _lesionlab("classifier", "evaluate", "--model", "1", "--data", "more", "--out", str(report))
    assert "By source\n  ham10000" in text
    assert f"isic ({sources['isic']} images)" in text
    values = json.loads(report.read_text(encoding="utf-8"))
    assert [stratum["value"] for stratum in values["strata"] if stratum["column"] == "source"] == ["ham10000"]
    assert values["trained_on"] == sources
    assert "The generator learned from: ham10000" in _lesionlab(
        *("gan", "evaluate", "--model", "0", "--classifier", "3", "--count", "1")
    )


def test_an_external_set_opens_with_a_purpose_and_not_for_a_model_that_saw_it(collected: Path, tmp_path: Path):
    clinic = tmp_path / "clinic"
    words = ("--size", "16", "--as", "external", "--name", "outside")
    assert "--part external" in _lesionlab("data", "prepare", str(clinic), *words)
    _lesionlab("data", "prepare", str(collected), "--add", "collected", "--name", "more", "--size", "16")
    settings = ("--preset", "tiny", "--set", "total_kimg=0.25", "--set", "threads=1")
    for data in ("more", "plain"):
        _lesionlab("classifier", "train", "--data", data, *settings)
    outside = ("classifier", "evaluate", "--data", "outside", "--part", "external")
    refused = CliRunner().invoke(app, [*outside, "--model", "1"])
    assert "opens for a stated purpose only" in refused.stderr
    told = _lesionlab(*outside, "--model", "1", "--purpose", "how far it carries", "--to-card")
    assert "outside, external: 7 lesions, 7 images" in told
    ledger = (tmp_path / "home" / "test-openings.csv").read_text(encoding="utf-8")
    assert ledger.count("how far it carries") == 1
    leak = CliRunner().invoke(app, [*outside, "--model", "0", "--purpose", "a leak"])
    assert leak.exit_code == 2
    assert "has seen" in leak.stderr
    assert "a leak" not in (tmp_path / "home" / "test-openings.csv").read_text(encoding="utf-8")
    card = _cards()[1]
    assert {(m.part, m.data) for m in card.metrics} == {("external", "outside"), ("validation", "")}
    assert np.isfinite([metric.value for metric in card.metrics]).all()


@pytest.mark.data
def test_real_images_that_come_again_never_reach_training_and_others_do(test_data: Path, tmp_path: Path):
    source, release = test_data / "ham10000", read_split(splits_folder() / "ham10000-release.csv")
    held_out = [row for row in release.rows if row.part != "train"][::400]
    trained = [row for row in release.rows if row.part == "train"][::1800]
    for row in (*held_out, *trained):
        (tmp_path / "again" / row.diagnosis).mkdir(parents=True, exist_ok=True)
        path = tmp_path / "again" / row.diagnosis / f"copy-of-{row.image_id}.jpg"
        path.write_bytes(_re_encoded(_file_of(source, row.image_id)))
    other = read_isic2017(test_data / "isic2017")
    new = other.rows[::90]
    for row in new:
        (tmp_path / "new" / row.diagnosis).mkdir(parents=True, exist_ok=True)
        (tmp_path / "new" / row.diagnosis / f"{row.image_id}.jpg").write_bytes(other.files[row.image_id].read_bytes())
    for folder in ("again", "new"):
        _lesionlab("collect", "folder", str(tmp_path / folder), "--licence", "CC0-1.0")
    _lesionlab("data", "prepare", str(source), "--add", "collected", "--name", "more", "--size", "16")
    more = open_prepared("more")
    assert [(r.image_id, r.part) for r in more.split.rows][: len(release.rows)] == [
        (r.image_id, r.part) for r in release.rows
    ]
    record = more.record.additions
    assert record is not None
    copies = {f"again:copy-of-{row.image_id}" for row in (*held_out, *trained)}
    assert copies <= set(record.left_out["already in the base set"].ids)
    assert record.used >= 0.9 * len(new)
