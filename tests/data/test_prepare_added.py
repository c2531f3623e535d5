from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionlab.core.errors import DataError
from lesionlab.core.imaging import read, square
from lesionlab.core.progress import Progress
from lesionlab.data.additions import AddedImage, Additions, Picture, Tie
from lesionlab.data.ham10000 import read_ham10000
from lesionlab.data.prepare import Preparation, prepare_source
from lesionlab.data.prepare_added import prepare_with_additions
from lesionlab.data.prepared import PreparedData, open_prepared
from lesionlab.data.problems import Problem
from lesionlab.data.procedural import procedural_view

Relate = Callable[[Sequence[Picture], PreparedData, Progress], list[Tie]]


def nothing_near(pictures: Sequence[Picture], base: PreparedData, progress: Progress) -> list[Tie]:
    return []


@pytest.fixture
def additions(tmp_path: Path) -> Additions:
    """Six drawn images of two sources; two of one lesion."""
    images = []
    for number in range(6):
        source = ("isic", "web")[number % 2]
        path = tmp_path / "collected" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(procedural_view("mel", 100 + number, 0, 48)).save(path)
        images.append(
            AddedImage(
                image_id=f"{source}:{number}",
                lesion_id="isic:L" if number in (0, 2) else f"{source}:{number}",
                diagnosis="mel",
                file=path,
                source=source,
                licence=("CC0-1.0", "CC-BY-SA-4.0")[number % 2],
                attribution=f"author {number}",
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
                page_url=f"https://example.org/{number}",
                details={"age": "70"},
            )
        )
    return Additions(tuple(images), ("collection",), (), 9, {"too far": Problem(3, ("a", "b", "c"))})


def prepare(source: Path, additions: Additions, *sizes_px: int, relate: Relate = nothing_near, **more) -> Preparation:  # type: ignore[no-untyped-def]
    return prepare_with_additions(
        read_ham10000(source), additions, relate, more.pop("name", "more"), sizes_px or (16,), 0, **more
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_added_images_follow_the_base_which_is_as_without_them(source: Path, additions: Additions) -> None:
    base = prepare_source(read_ham10000(source), "base", (16, 64), 0).data
    data = prepare(source, additions, 16, 64).data
    count = len(base.split.rows)
    assert data.split.rows[:count] == base.split.rows
    assert [row.image_id for row in data.split.rows[count:]] == sorted(i.image_id for i in additions.images)
    assert {row.part for row in data.split.rows[count:]} == {"train"}
    for size in (16, 64):
        np.testing.assert_array_equal(data.pixels(size)[:count], base.pixels(size))
        for image, pixels in zip(
            sorted(additions.images, key=lambda i: i.image_id), data.pixels(size)[count:], strict=True
        ):
            np.testing.assert_array_equal(pixels, square(read(image.file), size))
    assert set(contents(data.folder)) == set(contents(base.folder))


def test_the_metadata_tells_whose_each_image_is(source: Path, additions: Additions) -> None:
    data = prepare(source, additions).data
    with (data.folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["image_id"]: row for row in csv.DictReader(file)}
    added = rows["web:1"]
    assert added["source"] == "web"
    assert (added["licence"], added["attribution"], added["page_url"]) == (
        *("CC-BY-SA-4.0", "author 1", "https://example.org/1"),
    )
    assert (added["age"], added["dx_type"]) == ("70", "")
    assert rows[data.split.rows[0].image_id]["source"] == "ham10000"
    assert set(data.part("train").column("source")) == {"ham10000", "isic", "web"}
    assert set(data.part("validation").column("source")) == {"ham10000"}


def test_the_record_tells_what_joined_and_what_did_not(source: Path, additions: Additions) -> None:
    def relate(pictures: Sequence[Picture], base: PreparedData, progress: Progress) -> list[Tie]:
        shut = next(row for row in base.split.rows if row.part == "test")
        train = next(row for row in base.split.rows if row.part == "train" and row.diagnosis == "mel")
        return [
            Tie("isic:4", shut.image_id, same=True),
            Tie("web:1", shut.image_id, same=False),
            Tie("web:3", train.image_id, same=False),
        ]

    data = prepare(source, additions, relate=relate).data
    plain = json.loads((data.folder / "prepared.json").read_text(encoding="utf-8"))
    added = plain["additions"]
    assert (added["manifests"], added["found"], added["used"], added["in_base_groups"]) == (["collection"], 9, 4, 1)
    assert {reason: problem["count"] for reason, problem in added["left_out"].items()} == {
        "too far": 3,
        "already in the base set": 1,
        "near or of one lesion with images of the validation or test part": 1,
    }
    assert added["used"] + sum(problem["count"] for problem in added["left_out"].values()) == added["found"]
    assert added["sources_used"]["isic"]["mel"] == 2
    assert plain["sources"]["web"] == {**dict.fromkeys(plain["classes"], 0), "mel": 2}
    assert plain["licences"] == {"CC-BY-NC-4.0": 35, "CC0-1.0": 2, "CC-BY-SA-4.0": 2}
    assert plain["licence"] == "CC-BY-NC-SA-4.0"
    assert [a["images"] for a in plain["attributions"]] == [35, 1, 1, 1, 1]


def test_relations_are_asked_with_64_px_squares_and_the_base(source: Path, additions: Additions) -> None:
    seen = {}

    def relate(pictures: Sequence[Picture], base: PreparedData, progress: Progress) -> list[Tie]:
        seen["shapes"] = {picture.square.shape for picture in pictures}
        seen["ids"] = [picture.image_id for picture in pictures]
        seen["base"] = (len(base.split.rows), base.pixels(64).shape[0])
        return []

    prepare(source, additions, 16, relate=relate)
    assert seen == {
        "shapes": {(64, 64, 3)},
        "ids": sorted(i.image_id for i in additions.images),
        "base": (35, 35),
    }


def test_a_second_time_nothing_is_compared_or_decoded(source: Path, additions: Additions) -> None:
    before = contents(prepare(source, additions).data.folder)

    def never(*arguments: object) -> list[Tie]:
        raise AssertionError

    again = prepare(source, additions, relate=never)
    assert again.made_px == ()
    assert contents(again.data.folder) == before
    grown = prepare(source, additions, 16, 24, relate=never)
    assert grown.made_px == (24,)
    assert (
        contents(prepare(source, additions, 24, name="at-once").data.folder)["pixels-024.npy"]
        == (contents(grown.data.folder)["pixels-024.npy"])
    )


def test_a_grown_collection_is_prepared_anew(source: Path, additions: Additions) -> None:
    fewer = replace(additions, images=additions.images[:5])
    assert prepare(source, fewer).data.record.images == 40
    assert prepare(source, additions).data.record.images == 41


@pytest.mark.parametrize("change", [{"manifests": ("another",)}, {"filters": ("--licence", "CC-BY")}])
def test_a_name_is_not_given_to_other_additions(source: Path, additions: Additions, change: dict[str, object]) -> None:
    prepare(source, additions)
    with pytest.raises(DataError, match="images added from collection"):
        prepare(source, replace(additions, **change))  # type: ignore[arg-type]


def test_a_name_without_additions_is_not_given_to_one_with_them(source: Path, additions: Additions) -> None:
    prepare_source(read_ham10000(source), "more", (16,), 0)
    with pytest.raises(DataError, match="prepared already, from ham10000 with seed 0"):
        prepare(source, additions)
    prepare(source, additions, name="other")
    with pytest.raises(DataError, match="images added from"):
        prepare_source(read_ham10000(source), "other", (16,), 0)


def test_a_file_that_changed_since_it_was_collected_stops_it_or_is_left_out(source: Path, additions: Additions) -> None:
    additions.images[1].file.write_bytes(additions.images[3].file.read_bytes())
    additions.images[2].file.unlink()
    with pytest.raises(DataError, match="2 problems") as caught:
        prepare(source, additions)
    assert "1 added files that are not the ones recorded: web:1" in caught.value.cause
    assert "1 added images that cannot be decoded: isic:2" in caught.value.cause
    assert "lesionlab collect verify" in caught.value.cure
    record = prepare(source, additions, skip_bad=True).data.record
    assert record.images == 39
    assert record.additions is not None
    assert record.additions.used + sum(p.count for p in record.additions.left_out.values()) == 9


PROGRAM = """
import os, sys
from contextlib import nullcontext
from pathlib import Path
from lesionlab.data.additions import Additions
from lesionlab.data.ham10000 import read_ham10000
from lesionlab.data.prepare_added import prepare_with_additions

def stage(description, unit):
    if description == sys.argv[2]:
        os._exit(9)
    return nullcontext(lambda done, total, **figures: None)

none = Additions((), ("collection",), (), 0, {})
prepare_with_additions(read_ham10000(Path(sys.argv[1])), none, lambda *a: [], "more", (16,), 0, stage)
"""


@pytest.mark.parametrize("when", ["Decoding added", "Comparing"])
def test_killed_anywhere_it_counts_for_nothing_and_goes_on(
    source: Path, additions: Additions, tmp_path: Path, home: Path, when: str
) -> None:
    program = tmp_path / "killed.py"
    program.write_text(PROGRAM, encoding="utf-8")
    killed = subprocess.run([sys.executable, str(program), str(source), when], check=False, timeout=60)
    assert killed.returncode == 9
    with pytest.raises(DataError, match="No prepared data set is called 'more'"):
        open_prepared("more")
    assert (home / "cache" / "more" / ".work" / "base" / "prepared.json").is_file()  # which the next one need not make
    data = prepare(source, additions).data
    assert not [path for path in home.rglob("*") if path.name in (".work", ".more.lock")]
    whole = prepare(source, additions, name="at-once").data
    assert contents(data.folder)["pixels-016.npy"] == contents(whole.folder)["pixels-016.npy"]
