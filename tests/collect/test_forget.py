from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from lesionlab.collect.collection import Collection, open_collection
from lesionlab.collect.forget import Chosen, Forgotten, choose, forget, remember
from lesionlab.core.errors import CollectError, InputError
from lesionlab.records.collected import ManifestRecord
from lesionlab.records.manifest import Manifest


def picture(grey: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (8, 8), grey).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with open_collection(tmp_path / "collect", create=True) as collection:
        for source, number, licence in (
            *(("isic", n, "CC0-1.0") for n in range(4)),
            ("wiki", 1, "CC-BY-SA-3.0"),  # the bytes of isic's 1
            ("wiki", 9, "CC-BY-4.0"),
        ):
            record = ManifestRecord(
                source,
                f"image {number}",
                licence=licence,
                attribution="A. Person",
                page_url=f"https://example.org/{number}",
                details={"age_approx": "50"},
                lesion_id="L1",
                diagnosis_given="mole",
                diagnosis="nv",
            )
            collection.keep(record, picture(number))
        collection.fail(ManifestRecord("wiki", "image 5", licence="CC-BY-4.0"), "It did not come.")
        yield collection


def files(collection: Collection) -> set[str]:
    return {path.stem for path in collection.folder.rglob("*.png")}


def record_of(collection: Collection, source: str, number: int) -> ManifestRecord:
    record = collection.manifest.get(source, f"image {number}")
    assert record is not None
    return record


def test_files_go_and_a_bare_mark_stays(collection: Collection) -> None:
    before = record_of(collection, "isic", 2)
    done = forget(collection, choose(collection, Chosen(image_ids=("image 2",))))
    assert done == Forgotten(records=1, files=1, shared=0, size_bytes=before.size_bytes)
    assert before.sha256 not in files(collection)
    after = record_of(collection, "isic", 2)
    assert (after.state, after.sha256, after.licence) == ("forgotten", before.sha256, "CC0-1.0")
    for kept_of_the_person in ("attribution", "page_url", "details", "lesion_id", "diagnosis_given", "picture_hash"):
        assert not getattr(after, kept_of_the_person)


def test_a_file_that_another_source_has_stays_until_that_is_forgotten_too(collection: Collection) -> None:
    shared = record_of(collection, "isic", 1)
    assert forget(collection, choose(collection, Chosen(sources=("wiki",), image_ids=("image 1",)))).shared == 1
    assert shared.sha256 in files(collection)
    assert forget(collection, choose(collection, Chosen(sources=("isic",), image_ids=("image 1",)))).files == 1
    assert shared.sha256 not in files(collection)


def test_both_records_of_a_file_at_once_take_the_file_with_them(collection: Collection) -> None:
    done = forget(collection, choose(collection, Chosen(image_ids=("image 1",))))
    assert (done.records, done.files) == (2, 1)
    assert record_of(collection, "isic", 1).sha256 not in files(collection)


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (Chosen(sources=("wiki",)), {("wiki", "image 1"), ("wiki", "image 5"), ("wiki", "image 9")}),
        (Chosen(sources=("wiki",), licences=("CC-BY",)), {("wiki", "image 5"), ("wiki", "image 9")}),
        (Chosen(licences=("CC-BY-SA",)), {("wiki", "image 1")}),
        (Chosen(image_ids=("image 0", "image 3")), {("isic", "image 0"), ("isic", "image 3")}),
    ],
)
def test_choosing(chosen: Chosen, names: set[tuple[str, str]], collection: Collection) -> None:
    assert {(record.source, record.image_id) for record in choose(collection, chosen)} == names


def test_choosing_by_the_head_of_a_sha256(collection: Collection) -> None:
    sha256 = record_of(collection, "isic", 1).sha256
    assert len(choose(collection, Chosen(sha256s=(sha256[:8],)))) == 2
    with pytest.raises(InputError, match="too short"):
        choose(collection, Chosen(sha256s=(sha256[:7],)))


def test_everything_is_never_chosen_by_leaving_all_out(collection: Collection) -> None:
    with pytest.raises(InputError, match="Nothing was chosen"):
        choose(collection, Chosen())


def test_nothing_found_is_told(collection: Collection) -> None:
    with pytest.raises(CollectError, match="No collected image"):
        choose(collection, Chosen(sources=("elsewhere",)))


def test_twice_is_once(collection: Collection) -> None:
    chosen = Chosen(sources=("wiki",))
    forget(collection, choose(collection, chosen))
    assert forget(collection, choose(collection, chosen)) == Forgotten(0, 0, 0, 0)


def test_a_query_that_finds_it_again_leaves_it_forgotten_until_it_is_asked_for(collection: Collection) -> None:
    manifest: Manifest = collection.manifest
    chosen = Chosen(image_ids=("image 2",))
    forget(collection, choose(collection, chosen))
    found = ManifestRecord("isic", "image 2", licence="CC0-1.0")
    assert manifest.find(1, found).state == "forgotten"
    assert remember(collection, choose(collection, chosen)) == 1
    assert manifest.find(1, found).state == "wanted"


KILLED = """
import os, signal, sys
from pathlib import Path
from lesionlab.collect.collection import open_collection
from lesionlab.collect.forget import Chosen, choose, forget
from lesionlab.records.manifest import Manifest
real = Manifest.with_sha256
def killed(self, sha256):
    os.kill(os.getpid(), signal.SIGKILL)
Manifest.with_sha256 = killed
with open_collection(Path(sys.argv[1])) as collection:
    forget(collection, choose(collection, Chosen(image_ids=("image 2",))))
"""


def test_a_kill_between_mark_and_file_and_the_next_run_deletes_the_file(collection: Collection) -> None:
    sha256 = record_of(collection, "isic", 2).sha256
    killed = subprocess.run([sys.executable, "-c", KILLED, str(collection.folder)], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert record_of(collection, "isic", 2).state == "forgotten"
    assert sha256 in files(collection)
    assert forget(collection, choose(collection, Chosen(image_ids=("image 2",)))).files == 1
    assert sha256 not in files(collection)
