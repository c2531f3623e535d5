from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from dataverse_host import FILE, LISTING, DataverseHost, dataverse_files
from loopback import Answer, cut, serving

from lesionlab.collect.dataverse import fetch_files, list_files
from lesionlab.collect.ham10000_layout import silent_stages
from lesionlab.collect.transfer import Transfer
from lesionlab.core.errors import CollectError

Open = Callable[[Sequence[str]], Transfer]
Fetch = Callable[[], dict[str, bytes]]
PART_1 = "HAM10000_images_part_1.zip"


@pytest.fixture
def truth(small_ham10000: Path) -> dict[str, bytes]:
    return dataverse_files(small_ham10000)


@pytest.fixture
def host(truth: dict[str, bytes]) -> Iterator[DataverseHost]:
    with serving(DataverseHost(truth)) as host:
        assert isinstance(host, DataverseHost)
        yield host


@pytest.fixture
def fetch(host: DataverseHost, at_once: Open, tmp_path: Path) -> Fetch:
    def run() -> dict[str, bytes]:
        with at_once(("127.0.0.1",)) as transfer:
            files = fetch_files(transfer, tmp_path / "archives", silent_stages, host.base)
        return {file.name: file.read_bytes() for file in files}

    return run


def test_three_files_come_and_the_table_as_it_was_uploaded(
    host: DataverseHost, fetch: Fetch, truth: dict[str, bytes]
) -> None:
    assert fetch() == truth
    assert [request.query for request in host.asked(FILE)] == [{"format": "original"}, {}, {}]


def test_what_is_there_is_not_fetched_again(host: DataverseHost, fetch: Fetch, truth: dict[str, bytes]) -> None:
    fetch()
    assert fetch() == truth
    assert len(host.asked(FILE)) == 3


def test_a_connection_cut_in_the_middle_goes_on_where_it_stopped(
    host: DataverseHost, fetch: Fetch, truth: dict[str, bytes]
) -> None:
    host.fail(FILE, cut(9_000), times=2)
    assert fetch() == truth
    assert [r.headers["range"] for r in host.asked(FILE) if "range" in r.headers]


def test_a_wrong_checksum_never_counts_as_done(host: DataverseHost, fetch: Fetch, tmp_path: Path) -> None:
    host.checksums[PART_1] = "0" * 32
    with pytest.raises(CollectError, match="md5"):
        fetch()
    assert not (tmp_path / "archives" / PART_1).exists()


def test_a_page_in_place_of_an_archive_never_counts_as_done(host: DataverseHost, fetch: Fetch, tmp_path: Path) -> None:
    host.fail(FILE, Answer(b"<html>Sorry, down for maintenance</html>" * 9), times=99)
    with pytest.raises(CollectError, match="bytes instead of"):
        fetch()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_guest_book_says_what_to_do_by_hand(host: DataverseHost, fetch: Fetch) -> None:
    host.guest_book = True
    with pytest.raises(CollectError, match="without the required Guestbook response") as caught:
        fetch()
    assert "https://dataverse.harvard.edu/dataset.xhtml?persistentId=doi:10.7910/DVN/DBW86T" in caught.value.cure
    assert "collect ham10000 --from FOLDER" in caught.value.cure


def test_a_restricted_file_is_told_and_not_asked_for(host: DataverseHost, fetch: Fetch) -> None:
    host.restricted = set(host.checksums)
    with pytest.raises(CollectError, match=r"Dataverse restricts HAM10000_metadata\.csv"):
        fetch()
    assert not host.asked(FILE)


def test_a_listing_that_lacks_a_file_is_told(host: DataverseHost, fetch: Fetch) -> None:
    del host.files[max(host.files)]
    with pytest.raises(CollectError, match=r"2 of the 3 files .*HAM10000_images_part_1\.zip"):
        fetch()


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": [{"label": "x"}]}, [], {"data": ["x"]}])
def test_a_listing_of_another_form_is_told(host: DataverseHost, fetch: Fetch, answer: object) -> None:
    host.fail(LISTING, Answer.json(answer))
    with pytest.raises(CollectError, match="not as expected"):
        fetch()


def test_a_table_that_was_not_ingested_is_taken_as_it_is(host: DataverseHost, at_once: Open) -> None:
    entry = {"label": "HAM10000_metadata", "dataFile": {"id": 5, "filename": "HAM10000_metadata", "filesize": 7}}
    answer = {"data": [entry, *({"label": f"HAM10000_images_part_{n}.zip", "dataFile": {"id": n, "filesize": 8,
              "checksum": {"type": "SHA-256", "value": "ab"}}} for n in (1, 2))]}  # fmt: skip
    host.fail(LISTING, Answer.json(answer))
    with at_once(("127.0.0.1",)) as transfer:
        files = list_files(transfer, host.base)
    assert [(f.name, f.tabular, f.algorithm) for f in files] == [
        ("HAM10000_metadata.csv", False, "md5"),
        ("HAM10000_images_part_1.zip", False, "sha256"),
        ("HAM10000_images_part_2.zip", False, "sha256"),
    ]
