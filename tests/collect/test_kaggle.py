from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from kaggle_host import DOWNLOAD, STORAGE, VIEW, KaggleHost, kaggle_zip
from loopback import Answer, cut, serving

from lesionlab.collect import unpack
from lesionlab.collect.ham10000_layout import silent_stages
from lesionlab.collect.kaggle import fetch_archive
from lesionlab.collect.transfer import Transfer
from lesionlab.core.errors import CollectError

Open = Callable[[Sequence[str]], Transfer]


@pytest.fixture
def host(small_ham10000: Path) -> Iterator[KaggleHost]:
    with serving(KaggleHost(kaggle_zip(small_ham10000))) as host:
        assert isinstance(host, KaggleHost)
        yield host


@pytest.fixture
def fetch(host: KaggleHost, at_once: Open, tmp_path: Path) -> Callable[[], Path]:
    def run() -> Path:
        with at_once(("127.0.0.1",)) as transfer:
            (archive,) = fetch_archive(transfer, tmp_path / "archives", silent_stages, host.base)
        return archive

    return run


def test_the_archive_of_the_current_version_comes_by_redirect_without_an_account(
    host: KaggleHost, fetch: Callable[[], Path]
) -> None:
    archive = fetch()
    assert archive.read_bytes() == host.archive
    assert archive.parent.name == "v2"
    assert not [request for request in host.requests if "authorization" in request.headers]


def test_an_archive_that_is_there_is_not_fetched_again(host: KaggleHost, fetch: Callable[[], Path]) -> None:
    fetch()
    fetch()
    assert len(host.asked(STORAGE)) == 1
    assert len(host.asked(VIEW)) == 2


def test_a_new_version_is_fetched_beside_the_old_one(host: KaggleHost, fetch: Callable[[], Path]) -> None:
    fetch()
    host.version = 3
    assert fetch().parent.name == "v3"


def test_a_connection_cut_in_the_middle_goes_on_where_it_stopped(host: KaggleHost, fetch: Callable[[], Path]) -> None:
    host.fail(STORAGE, cut(10_000), times=1)
    assert fetch().read_bytes() == host.archive
    first, second = host.asked(STORAGE)
    assert "range" not in first.headers
    assert second.headers["range"].startswith("bytes=")
    assert second.headers["range"] != "bytes=0-"
    assert len(host.asked(DOWNLOAD)) == 2  # signed addresses run out: each attempt asks for a fresh one


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("path", [VIEW, DOWNLOAD])
def test_a_login_wall_says_what_to_do_by_hand(
    host: KaggleHost, fetch: Callable[[], Path], path: str, status: int
) -> None:
    host.fail(path, Answer.json({"message": "Unauthenticated"}, status))
    with pytest.raises(CollectError, match="Kaggle wants an account") as caught:
        fetch()
    for told in ("sign in at https://www.kaggle.com/datasets/kmader/", "archive.zip", "collect ham10000 --from FOLDER"):
        assert told in caught.value.cure


def test_a_page_in_place_of_the_archive_is_no_archive(
    host: KaggleHost, fetch: Callable[[], Path], tmp_path: Path
) -> None:
    host.page = True
    with pytest.raises(CollectError, match="a page instead of an archive"):
        fetch()
    assert not list(tmp_path.rglob("archive.zip*"))
    host.page = False
    assert fetch().read_bytes() == host.archive


def test_an_answer_without_a_version_is_told(host: KaggleHost, fetch: Callable[[], Path]) -> None:
    host.fail(VIEW, Answer.json(["surprise"]))
    with pytest.raises(CollectError, match="names no current version"):
        fetch()


def test_a_small_disk_is_told_before_the_download(
    host: KaggleHost, fetch: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(unpack.shutil, "disk_usage", lambda path: usage(0, 0, len(host.archive)))
    with pytest.raises(CollectError, match=r"downloading and unpacking HAM10000 takes"):
        fetch()
    assert not host.asked(DOWNLOAD)
