from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionlab.core.errors import DataError, InputError
from lesionlab.core.files import sha256_of
from lesionlab.core.imaging import read, square
from lesionlab.core.progress import silent
from lesionlab.data import store
from lesionlab.data.ham10000 import read_ham10000
from lesionlab.data.prepare import (
    Preparation,
    prepare_drawings,
    prepare_ham10000,
    prepare_procedural,
    prepare_source,
)
from lesionlab.data.prepared import open_prepared
from lesionlab.records.split import PARTS

Rows = list[dict[str, str]]
Edit = Callable[[Callable[[Rows], Rows]], None]


def prepare(source: Path, *sizes_px: int, name: str = "small", skip_bad: bool = False) -> Preparation:
    return prepare_source(read_ham10000(source), name, sizes_px or (16,), 0, silent, skip_bad=skip_bad)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_prepared_folder_holds_split_metadata_and_pixels_of_each_row(source: Path, home: Path) -> None:
    data = prepare_ham10000(source, "small", (16, 24))
    assert data.folder == home / "cache" / "small"
    assert set(contents(data.folder)) == {
        *("split.csv", "metadata.csv", "prepared.json", "pixels-016.npy", "pixels-024.npy")
    }
    for size in (16, 24):
        pixels = data.pixels(size)
        for row, square_px in zip(data.split.rows, pixels, strict=True):
            (path,) = source.glob(f"*/{row.image_id}.jpg")
            np.testing.assert_array_equal(square_px, square(read(path), size))


def test_the_record_tells_what_is_there(source: Path) -> None:
    record = prepare(source, 16).data.record
    assert (record.images, record.lesions, record.groups) == (35, 28, 28)
    assert (record.kind, record.source, record.seed) == ("ham10000", str(source.resolve()), 0)
    assert sum(record.counts[part]["mel"] for part in PARTS) == 5
    assert all(record.counts[part][code] for part in PARTS for code in record.classes)
    assert record.problems == {}


def test_the_metadata_is_kept_in_the_order_of_the_rows(source: Path) -> None:
    data = prepare(source).data
    with (data.folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["image_id"] for row in rows] == [row.image_id for row in data.split.rows]
    provenance = ["source", "licence", "attribution", "sha256", "page_url"]
    assert list(rows[0]) == ["image_id", "dx_type", "age", "sex", "localization", *provenance]
    assert {row["age"] for row in rows} == {"", "50.0"}
    assert {(row["source"], row["licence"], row["page_url"]) for row in rows} == {("ham10000", "CC-BY-NC-4.0", "")}
    assert "Tschandl" in rows[0]["attribution"]
    for row in rows:
        (path,) = source.glob(f"*/{row['image_id']}.jpg")
        assert row["sha256"] == sha256_of(path)
    assert data.metadata == rows
    assert data.part("train").column("dx_type")[0] == "histo"


def test_a_second_time_nothing_is_decoded(source: Path) -> None:
    first = prepare(source, 16)
    before = contents(first.data.folder)
    second = prepare(source, 16)
    assert (first.made_px, second.made_px) == ((16,), ())
    assert contents(second.data.folder) == before


def test_another_size_is_added_and_the_rest_stays(source: Path) -> None:
    before = contents(prepare(source, 16).data.folder)
    second = prepare(source, 24, 16)
    after = contents(second.data.folder)
    assert second.made_px == (24,)
    assert second.data.sizes_px == (16, 24)
    assert {name: after[name] for name in before if name != "prepared.json"} == {
        name: content for name, content in before.items() if name != "prepared.json"
    }
    assert contents(prepare(source, 16, 24, name="at-once").data.folder)["pixels-024.npy"] == after["pixels-024.npy"]


def test_a_changed_image_is_decoded_anew(source: Path) -> None:
    prepare(source, 16, 24)
    path = source / "HAM10000_images_part_1" / "ISIC_00000.jpg"
    Image.new("RGB", (64, 48), "lime").save(path)
    again = prepare(source, 16)
    assert again.made_px == (16,)
    assert again.data.pixels(16)[0].mean((0, 1)) == pytest.approx((0, 255, 0), abs=3)
    assert "pixels-024.npy" not in contents(again.data.folder)


def test_a_damaged_pixel_file_is_made_anew(source: Path) -> None:
    path = prepare(source, 16).data.folder / "pixels-016.npy"
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    assert prepare(source, 16).made_px == (16,)
    assert path.read_bytes() == whole


def test_every_problem_is_told_at_once(source: Path, edit_metadata: Edit, home: Path) -> None:
    edit_metadata(lambda rows: [rows[0] | {"dx": "scc"}, *rows[1:], rows[5]])
    files = sorted(source.glob("*/*.jpg"))
    files[20].unlink()
    files[25].write_bytes(files[25].read_bytes()[:200])
    with pytest.raises(DataError) as caught:
        prepare(source)
    for told in ("4 problems", "unknown diagnosis", "more than once", "missing images", "cannot be decoded"):
        assert told in caught.value.cause
    assert files[25].stem in caught.value.cause
    assert not list(home.rglob("*.npy"))


def test_only_unreadable_images_are_refused_too_and_nothing_appears(source: Path, home: Path) -> None:
    path = sorted(source.glob("*/*.jpg"))[7]
    path.write_bytes(b"")
    with pytest.raises(DataError, match=rf"1 images that cannot be decoded: {path.stem}"):
        prepare(source)
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_skip_bad_leaves_them_out_records_them_and_keeps_the_parts_of_the_rest(
    source: Path, edit_metadata: Edit
) -> None:
    whole = {row.image_id: row.part for row in prepare(source, name="whole").data.split.rows}
    files = sorted(source.glob("*/*.jpg"))
    files[20].unlink()
    files[25].write_bytes(files[25].read_bytes()[:200])
    data = prepare(source, skip_bad=True).data
    assert {row.image_id: row.part for row in data.split.rows} == {
        image_id: part for image_id, part in whole.items() if image_id not in {files[20].stem, files[25].stem}
    }
    assert data.pixels(16).shape == (33, 16, 16, 3)
    plain = json.loads((data.folder / "prepared.json").read_text(encoding="utf-8"))
    assert plain["problems"] == {
        "missing images": {"count": 1, "ids": [files[20].stem]},
        "images that cannot be decoded": {"count": 1, "ids": [files[25].stem]},
    }


def test_what_was_skipped_is_refused_again_without_the_option(source: Path) -> None:
    sorted(source.glob("*/*.jpg"))[20].unlink()
    prepare(source, skip_bad=True)
    assert prepare(source, skip_bad=True).made_px == ()
    with pytest.raises(DataError, match="1 missing images"):
        prepare(source)


def test_a_refused_source_leaves_what_was_prepared_before(source: Path) -> None:
    before = contents(prepare(source, 16).data.folder)
    sorted(source.glob("*/*.jpg"))[3].write_bytes(b"no image")
    with pytest.raises(DataError):
        prepare(source, 16)
    assert contents(open_prepared("small").folder) == before


def test_a_name_is_not_given_to_other_data(source: Path) -> None:
    prepare(source)
    with pytest.raises(DataError, match="prepared already, from ham10000 with seed 0"):
        prepare_procedural("small", 21, (16,), 0)
    with pytest.raises(DataError, match="prepared already"):
        prepare_ham10000(source, "small", (16,), seed=1)


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", ".hidden", "x" * 65])
def test_names_that_are_no_folder_names_are_refused(source: Path, name: str) -> None:
    with pytest.raises(InputError, match="is no name"):
        prepare_ham10000(source, name, (16,))


@pytest.mark.parametrize("sizes_px", [(), (0,), (16, 4096)])
def test_sizes_out_of_range_are_refused(source: Path, sizes_px: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="is not accepted"):
        prepare_ham10000(source, "small", sizes_px)


KILLED = """
import os, sys
from pathlib import Path
from lesionlab.data.prepare import prepare_ham10000
prepare_ham10000(Path(sys.argv[1]), "small", (16, 24), progress=lambda done, total, **figures: os._exit(9))
"""


def test_a_preparation_killed_midway_counts_for_nothing_and_the_next_is_whole(source: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(source)], check=False, timeout=60)
    assert killed.returncode == 9
    with pytest.raises(DataError, match="No prepared data set is called 'small'"):
        open_prepared("small")
    data = prepare(source, 16, 24).data
    assert not [path.name for path in data.folder.iterdir() if path.name.endswith(".part")]
    assert contents(data.folder) == contents(prepare(source, 16, 24, name="other").data.folder) | {
        "prepared.json": (data.folder / "prepared.json").read_bytes()
    }


def test_adding_a_size_that_is_killed_leaves_the_sizes_before(source: Path) -> None:
    before = contents(prepare(source, 16).data.folder)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(source)], check=False, timeout=60)
    assert killed.returncode == 9
    data = open_prepared("small")
    assert data.sizes_px == (16,)
    assert contents(data.folder).items() >= before.items()


def test_new_pixels_beside_an_old_record_never_count_as_prepared(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(source, 16)
    Image.new("RGB", (64, 48), "lime").save(source / "HAM10000_images_part_1" / "ISIC_00000.jpg")

    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            prepare(source, 16)
    with pytest.raises(DataError, match="No prepared data set"):
        open_prepared("small")
    assert prepare(source, 16).made_px == (16,)


def test_drawings_are_prepared_like_images() -> None:
    data = prepare_procedural("drawn", 42, (16, 24), 5)
    assert data.record.kind == "procedural"
    assert data.record.lesions == 42
    assert data.pixels(16).shape == (data.record.images, 16, 16, 3)
    twice = [row.lesion_id for row in data.split.rows if row.image_id.endswith("_1")]
    assert len(twice) == 14
    parts: dict[str, set[str]] = {}
    for row in data.split.rows:
        parts.setdefault(row.lesion_id, set()).add(row.part)
    assert all(len(found) == 1 for found in parts.values())


def test_drawings_grow_by_a_size_and_follow_count_and_seed() -> None:
    first = prepare_drawings("drawn", 21, (16,), 0)
    assert prepare_drawings("drawn", 21, (16,), 0).made_px == ()
    grown = prepare_drawings("drawn", 21, (16, 24), 0)
    assert grown.made_px == (24,)
    assert grown.data.split == first.data.split
    other = prepare_drawings("other", 21, (16,), 1).data
    assert not np.array_equal(other.pixels(16)[:10], grown.data.pixels(16)[:10])
    assert prepare_drawings("drawn", 22, (16,), 0).data.record.lesions == 22


def test_too_few_drawings_are_refused() -> None:
    with pytest.raises(DataError, match="Too few lesions"):
        prepare_procedural("drawn", 20, (16,), 0)
