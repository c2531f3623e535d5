from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from loopback import Answer, Loopback, Request, cut, serving

from lesionlab.collect.ham10000_isic import fetch_from_isic
from lesionlab.collect.transfer import Transfer
from lesionlab.core.errors import CollectError
from lesionlab.records.split import Split, SplitRow

Open = Callable[[Sequence[str]], Transfer]
FILE = r"/files/.*"
PAGE = 10


class ArchiveHost(Loopback):
    """The archive's collection: the wanted images, newest first, among others that are not HAM10000's."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self.files = files
        self.routes = {"/api/v2/images/search/": self._search, FILE: self._file}

    def _search(self, request: Request) -> Answer:
        assert request.query["collections"] == "212"
        first = int(request.query.get("cursor", "0"))
        ids = sorted(self.files, reverse=True)
        more = f"{self.base}/api/v2/images/search/?collections=212&cursor={first + PAGE}"
        page = {"results": [self._image(i) for i in ids[first : first + PAGE]], "previous": None}
        return Answer.json({**page, "next": more if first + PAGE < len(ids) else None, "count": len(ids)})

    def _image(self, image_id: str) -> dict[str, Any]:
        url = f"{self.base}/files/{image_id}.jpg?Signature=x"
        clinical = {"age_approx": 45, "sex": "female", "diagnosis_confirm_type": "histopathology"}
        return {
            "isic_id": image_id,
            "public": True,
            "copyright_license": "CC-BY-NC",
            "attribution": "ViDIR Group",
            "files": {"full": {"url": url, "size": len(self.files[image_id])}},
            "metadata": {"acquisition": {}, "clinical": clinical},
        }

    def _file(self, request: Request) -> Answer:
        if "authorization" in request.headers or "Signature" not in request.query:
            return Answer(b"denied", 403)
        return Answer(self.files[Path(request.path).stem], 200, {"Content-Type": "image/jpeg"})


@pytest.fixture
def split(small_ham10000: Path) -> Split:
    with (small_ham10000 / "HAM10000_metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = [SplitRow(r["image_id"], r["lesion_id"], r["lesion_id"], r["dx"], "train") for r in csv.DictReader(file)]
    return Split(tuple(sorted(rows, key=lambda row: row.image_id)), ("nv",))


@pytest.fixture
def host(small_ham10000: Path) -> Iterator[ArchiveHost]:
    files = {path.stem: path.read_bytes() for path in small_ham10000.glob("*/*.jpg")}
    with serving(ArchiveHost({**files, "ISIC_9999999": b"a later challenge's"})) as host:
        assert isinstance(host, ArchiveHost)
        yield host


@pytest.fixture
def fetch(host: ArchiveHost, at_once: Open, split: Split, tmp_path: Path) -> Callable[[], Path]:
    def run() -> Path:
        address = f"{host.base}/api/v2/"
        return fetch_from_isic(tmp_path / "isic", address=address, open_transfer=at_once, split=split)

    return run


def images(folder: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in folder.glob("HAM10000_images_part_*/*.jpg")}


def test_the_images_of_the_split_come_with_its_lesions(
    host: ArchiveHost, fetch: Callable[[], Path], split: Split
) -> None:
    folder = fetch()
    assert images(folder) == {name: content for name, content in host.files.items() if name != "ISIC_9999999"}
    with (folder / "HAM10000_metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["image_id"], r["lesion_id"], r["dx"]) for r in rows] == [
        (row.image_id, row.lesion_id, row.diagnosis) for row in split.rows
    ]
    assert {(r["dx_type"], r["age"], r["sex"], r["localization"]) for r in rows} == {
        ("histo", "45.0", "female", "unknown")
    }


def test_once_whole_nothing_is_asked_again(host: ArchiveHost, fetch: Callable[[], Path]) -> None:
    fetch()
    asked = len(host.requests)
    fetch()
    assert len(host.requests) == asked


def test_cut_connections_are_tried_again(host: ArchiveHost, fetch: Callable[[], Path]) -> None:
    host.fail(FILE, cut(50), times=2)
    host.fail(r"/api/.*", Answer(b"", 503), times=1)
    assert len(images(fetch())) == 35


def test_what_never_comes_is_counted_and_a_later_run_fetches_only_that(
    host: ArchiveHost, fetch: Callable[[], Path], tmp_path: Path
) -> None:
    host.fail(r"/files/ISIC_00000.*", Answer(b"<html>no</html>", 200, {"Content-Type": "text/html"}), times=3)
    with pytest.raises(CollectError, match=r"34 of the 35 images of HAM10000 came; 1 failed") as caught:
        fetch()
    assert "--skip-bad" in caught.value.cure
    assert not (tmp_path / "isic" / "download.json").exists()
    before = len(host.asked(FILE))
    assert len(images(fetch())) == 35
    assert len(host.asked(FILE)) == before + 1


def test_bytes_that_are_no_image_do_not_count(host: ArchiveHost, fetch: Callable[[], Path]) -> None:
    whole = host.files["ISIC_00000"]
    host.files["ISIC_00000"] = whole[:200]
    with pytest.raises(CollectError, match="1 failed"):
        fetch()


def test_images_that_the_archive_lacks_are_counted(host: ArchiveHost, fetch: Callable[[], Path]) -> None:
    del host.files["ISIC_00000"], host.files["ISIC_00001"]
    with pytest.raises(CollectError, match=r"33 of the 35 .* 2 the archive does not list"):
        fetch()
