"""The real client against an archive with faults; the manifest and the files are compared with the truth."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from isic_host import NAMES, Held, IsicHost, picture, pictures
from loopback import Answer, cut, serving, told_length

from lesionlab.collect import collection as collection_module
from lesionlab.collect.collection import Collection, open_collection
from lesionlab.collect.isic import collect_isic
from lesionlab.collect.isic_archive import IsicArchive
from lesionlab.collect.isic_query import IsicQuery, isic_query
from lesionlab.collect.outcome import Outcome
from lesionlab.collect.transfer import Transfer
from lesionlab.collect.transfer_errors import TransferError
from lesionlab.collect.verify import verify_collection
from lesionlab.core.errors import CollectError, InputError

Collect = Callable[..., Outcome]
ALL = isic_query()
FILES = r"/files/.*"


@pytest.fixture
def host() -> Iterator[IsicHost]:
    with serving(IsicHost(pictures(30))) as host:
        assert isinstance(host, IsicHost)
        yield host


@pytest.fixture
def collect(host: IsicHost, home: Path) -> Collect:
    """Collect from the host as a command would: everything is opened anew each time."""

    def run(query: IsicQuery = ALL, limit: int | None = None, **options: Any) -> Outcome:
        with (
            # A body longer than told spoils the next answer on its connection too: hence more attempts than faults.
            Transfer(["127.0.0.1"], delay_s=0, attempts=8, sleep=lambda seconds: None) as transfer,
            open_collection(create=True) as collection,
        ):
            return collect_isic(collection, IsicArchive(transfer, host.address), query, limit, **options)

    return run


@pytest.fixture
def kept(home: Path) -> Iterator[Collection]:
    with open_collection(create=True) as collection:
        yield collection


def check_truth(kept: Collection, host: IsicHost, held: list[Held]) -> None:
    """Compare what is kept with what the host holds: nothing lost, nothing twice, every byte right."""
    records = list(kept.manifest.records("fetched"))
    assert sorted(record.image_id for record in records) == sorted(each.isic_id for each in held)
    contents = {each.isic_id: each.content for each in held}
    for record in records:
        assert kept.file_of(record).read_bytes() == contents[record.image_id]
    on_disk = [path for path in (kept.folder / "images").rglob("[!.]*") if path.is_file()]
    assert len(on_disk) == len(set(contents.values()))
    assert verify_collection(kept).sound


def test_all_images_come_with_their_records(host: IsicHost, collect: Collect, kept: Collection):
    told: list[tuple[float, float]] = []
    outcome = collect(progress=lambda done, total, **figures: told.append((done, total)))
    assert (outcome.requested, outcome.available, outcome.new, outcome.had) == (None, 30, 30, 0)
    assert (outcome.failed, outcome.refused, outcome.unlisted) == (0, 0, 0)
    assert told[-1] == (30, 30)
    check_truth(kept, host, host.held)
    record = kept.manifest.get("isic", host.held[0].isic_id)
    assert record is not None
    assert (record.licence, record.lesion_id) == ("CC-BY", host.held[0].clinical["lesion_id"])
    (query,) = kept.manifest.queries()
    assert (query.source, query.text, query.requested, query.available) == ("isic", ALL.words, None, 30)
    assert query.ended_at


def test_diagnoses_are_mapped_or_keep_their_own_name(collect: Collect, kept: Collection):
    collect()
    found = {record.diagnosis_given: record.diagnosis for record in kept.manifest.records()}
    assert found == {names[-1]: code if code not in ("glomus", "scc") else "" for code, names in NAMES.items()}


def test_a_limit_takes_the_newest_and_lists_no_further(host: IsicHost, collect: Collect, kept: Collection):
    host.held = pictures(250)
    outcome = collect(limit=7)
    assert (outcome.requested, outcome.available, outcome.fetched) == (7, 250, 7)
    check_truth(kept, host, host.held[:7])
    assert len(host.asked(".*/search/")) == 1


def test_a_limit_above_what_there_is_says_what_is_available(collect: Collect):
    outcome = collect(limit=57_000)
    assert (outcome.requested, outcome.available, outcome.fetched, outcome.failed) == (57_000, 30, 30, 0)


def test_a_second_time_nothing_is_fetched_again(host: IsicHost, collect: Collect, kept: Collection):
    collect(limit=10)
    outcome = collect()
    assert (outcome.new, outcome.had) == (20, 10)
    assert all(host.fetched(held) == 1 for held in host.held)
    check_truth(kept, host, host.held)


def test_ids_listed_twice_across_pages_are_taken_once(host: IsicHost, collect: Collect, kept: Collection):
    host.held, host.again = pictures(230), True
    outcome = collect()
    assert (outcome.available, outcome.fetched, outcome.unlisted) == (230, 230, 0)
    assert all(host.fetched(held) == 1 for held in host.held)
    check_truth(kept, host, host.held)


def test_passing_faults_lose_nothing(host: IsicHost, collect: Collect, kept: Collection):
    faults = (
        Answer(status=429, headers={"Retry-After": "0"}),
        Answer(status=500),
        cut(100),
        told_length(99_999),
        told_length(50),
        Answer(b"<html>maintenance", headers={"Content-Type": "text/html"}),
    )
    for number, held in enumerate(host.held):
        host.fail(f"/files/{held.isic_id}", faults[number % len(faults)], times=1 + number % 3)
    host.fail(".*/search/", Answer(status=502), times=2)
    outcome = collect()
    assert (outcome.new, outcome.failed) == (30, 0)
    check_truth(kept, host, host.held)


def test_faults_that_stay_are_told_and_mended_by_the_same_command(host: IsicHost, collect: Collect, kept: Collection):
    spoilt = {held.isic_id for held in host.held[:4]}
    for image_id, fault in zip(
        sorted(spoilt),
        (
            Answer(status=500),
            Answer(b"<html>", headers={"Content-Type": "text/html"}),
            Answer(status=302, headers={"Location": f"{host.elsewhere}/files/x"}),
            Answer(status=404),
        ),
        strict=True,
    ):
        host.fail(f"/files/{image_id}", fault, times=10**6)
    outcome = collect()
    assert (outcome.new, outcome.failed) == (26, 4)
    assert {record.image_id for record in kept.manifest.records("failed")} == spoilt
    assert all(record.reason for record in kept.manifest.records("failed"))
    assert {reason.partition(":")[0] for reason in outcome.reasons["failed"]} == spoilt
    host._faults.clear()
    again = collect()
    assert (again.new, again.had, again.failed) == (4, 26, 0)
    check_truth(kept, host, host.held)


def png_bomb() -> bytes:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(10**6))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff\xe0 no more", png_bomb(), picture("nv", 1)[:300], b"GIF89a..."]
)
def test_files_that_are_no_images_fail_and_leave_nothing(
    host: IsicHost, collect: Collect, kept: Collection, content: bytes
):
    host.held.insert(0, Held("ISIC_0000001", content))
    outcome = collect()
    assert (outcome.new, outcome.failed) == (30, 1)
    assert [record.image_id for record in kept.manifest.records("failed")] == ["ISIC_0000001"]
    check_truth(kept, host, host.held[1:])


def test_what_must_not_be_kept_is_refused_and_not_counted(host: IsicHost, collect: Collect, kept: Collection):
    odd = [
        Held("ISIC_0000001", picture("nv", 1), licence="All rights reserved"),
        Held("../../../etc/passwd", picture("nv", 1)),
        Held("ISIC_0000003", picture("nv", 1), told_size=99 * 2**20),
        Held("ISIC_0000004", picture("nv", 1), public=False),
    ]
    host.held[:0] = odd
    outcome = collect(limit=10)
    assert (outcome.fetched, outcome.refused, outcome.failed) == (10, 4, 0)
    assert {record.image_id for record in kept.manifest.records("refused")} == {held.isic_id for held in odd}
    assert all(record.reason for record in kept.manifest.records("refused"))
    check_truth(kept, host, host.held[4:14])
    assert all(host.fetched(held) == 0 for held in odd)


def test_a_class_leaves_out_what_its_family_holds_besides(host: IsicHost, collect: Collect, kept: Collection):
    outcome = collect(isic_query(diagnoses=("vasc",)))
    vasc = [held for held in host.held if held.names == NAMES["vasc"]]
    assert (outcome.available, outcome.fetched, outcome.refused) == (len(vasc) + 3, len(vasc), 3)
    check_truth(kept, host, vasc)
    everything = collect()
    assert (everything.fetched, everything.refused) == (30, 0)
    check_truth(kept, host, host.held)


def test_a_narrower_query_takes_nothing_away(host: IsicHost, collect: Collect, kept: Collection):
    collect()
    outcome = collect(isic_query(diagnoses=("vasc",)))
    assert (outcome.had, outcome.new, outcome.refused) == (3, 0, 3)
    check_truth(kept, host, host.held)


def test_an_archive_that_ignores_the_licences_asked_for_is_found_out(
    host: IsicHost, collect: Collect, kept: Collection, monkeypatch: pytest.MonkeyPatch
):
    host.held = [Held(f"ISIC_{n:07d}", picture("nv", n), licence=("CC-0", "CC-BY-NC")[n % 2]) for n in range(6)]
    monkeypatch.setattr(IsicQuery, "language", "")
    outcome = collect(isic_query(licences=("CC-0",)))
    assert (outcome.fetched, outcome.refused) == (3, 3)
    assert {record.licence for record in kept.manifest.records("fetched")} == {"CC0-1.0"}


def test_an_address_that_has_expired_is_renewed_once(host: IsicHost, collect: Collect, kept: Collection):
    host.expired = {str(number) for number in range(1, 31)}  # those that the list is about to give
    outcome = collect()
    assert (outcome.new, outcome.failed) == (30, 0)
    check_truth(kept, host, host.held)
    assert all(host.fetched(held) == 2 for held in host.held)


def test_addresses_that_are_always_expired_fail_and_are_not_asked_for_ever(host: IsicHost, collect: Collect):
    host.expired = {str(number) for number in range(1, 1000)}
    outcome = collect(limit=5)
    assert (outcome.fetched, outcome.failed) == (0, 5)
    assert all(host.fetched(held) == 2 for held in host.held[:5])
    assert all("403" in reason for reason in outcome.reasons["failed"])


def test_one_image_under_two_ids_is_stored_once(host: IsicHost, collect: Collect, kept: Collection):
    host.held = [Held(f"ISIC_{number:07d}", picture("nv", number % 2)) for number in range(40)]
    assert collect().new == 40
    check_truth(kept, host, host.held)


def test_a_list_that_breaks_off_keeps_what_came_and_goes_on_later(host: IsicHost, collect: Collect, kept: Collection):
    host.held = pictures(230)
    route = host.routes["/api/v2/images/search/"]
    host.routes["/api/v2/images/search/"] = lambda request: (
        Answer(status=500) if "cursor" in request.query else route(request)
    )
    with pytest.raises(TransferError):
        collect()
    check_truth(kept, host, host.held[:100])
    assert not kept.manifest.queries()[0].ended_at
    host.routes["/api/v2/images/search/"] = route
    outcome = collect()
    assert (outcome.new, outcome.had) == (130, 100)
    assert len(kept.manifest.queries()) == 1
    check_truth(kept, host, host.held)


def test_a_query_that_is_not_understood_leaves_no_image(collect: Collect, kept: Collection):
    with pytest.raises(InputError, match="does not understand"):
        collect(isic_query("no such thing"))
    assert list(kept.manifest.records()) == []


def test_images_forgotten_before_are_left_alone(host: IsicHost, collect: Collect, kept: Collection):
    collect(limit=3)
    kept.manifest.change("isic", host.held[0].isic_id, state="forgotten")
    outcome = collect(limit=3)
    assert (outcome.had, outcome.new, outcome.forgotten) == (2, 1, 1)
    assert host.fetched(host.held[0]) == 1


def test_a_file_that_someone_deleted_is_fetched_again(host: IsicHost, collect: Collect, kept: Collection):
    collect()
    (record, *_) = kept.manifest.records("fetched")
    kept.file_of(record).unlink()
    outcome = collect()
    assert (outcome.new, outcome.had) == (1, 29)
    check_truth(kept, host, host.held)


KILLED = """
import os, sys
from lesionlab.collect.collection import open_collection
from lesionlab.collect.isic import collect_isic
from lesionlab.collect.isic_archive import IsicArchive
from lesionlab.collect.isic_query import isic_query
from lesionlab.collect.transfer import Transfer

limit = int(sys.argv[3]) or None

def die(done, total, **figures):
    if done >= int(sys.argv[2]):
        os._exit(9)

with Transfer(["127.0.0.1"], delay_s=0) as transfer, open_collection(create=True) as collection:
    collect_isic(collection, IsicArchive(transfer, sys.argv[1]), isic_query(), limit, die)
"""


@pytest.mark.parametrize(("after", "limit"), [(1, None), (17, None), (17, 20)])
def test_a_run_killed_in_the_middle_goes_on(
    host: IsicHost, collect: Collect, home: Path, after: int, limit: int | None
):
    arguments = [sys.executable, "-c", KILLED, host.address, str(after), str(limit or 0)]
    killed = subprocess.run(arguments, env=os.environ | {"LESIONLAB_HOME": str(home)}, check=False)
    assert killed.returncode == 9
    host.held = pictures(35)  # five new ones have come meanwhile, before all others
    before = {held.isic_id: host.fetched(held) for held in host.held}
    with open_collection() as kept:
        there = {record.image_id for record in kept.manifest.records("fetched")}
        assert len(there) >= after
        outcome = collect(limit=limit)
        assert outcome.had == len(there)
        assert outcome.fetched == (limit or 35)
        check_truth(kept, host, host.held if limit is None else host.held[5:25])
        assert len(kept.manifest.queries()) == 1
    assert all(host.fetched(held) == before[held.isic_id] for held in host.held if held.isic_id in there)


def test_a_full_disk_stops_the_run_and_the_same_command_goes_on(
    host: IsicHost, collect: Collect, kept: Collection, monkeypatch: pytest.MonkeyPatch
):
    write, written = collection_module.write_bytes, []

    def full(path: Path, content: bytes) -> None:
        if len(written) >= 12:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        written.append(path)
        write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(collection_module, "write_bytes", full)
        with pytest.raises(CollectError, match="disk is full"):
            collect()
    assert kept.manifest.counts()["failed"] == 0
    assert collect().fetched == 30
    check_truth(kept, host, host.held)


def test_an_interruption_stops_soon_and_the_same_command_goes_on(host: IsicHost, collect: Collect, kept: Collection):
    def interrupt(done: float, total: float, **figures: float) -> None:
        if done == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collect(progress=interrupt)
    outcome = collect()
    assert outcome.had >= 8
    check_truth(kept, host, host.held)


@pytest.mark.parametrize("seed", range(3))
def test_under_random_faults_the_manifest_tells_the_truth(
    host: IsicHost, collect: Collect, kept: Collection, seed: int
):
    draw = random.Random(seed)
    host.held, host.again = pictures(110), draw.random() < 0.5
    faults: list[Any] = [
        *(Answer(status=status) for status in (403, 404, 429, 500, 502)),
        *(cut(draw.randrange(1, 900)), told_length(draw.randrange(1, 900)), told_length(10**5)),
        Answer(b"<html>", headers={"Content-Type": "text/html"}),
        Answer(picture("nv", 10**6)),  # a right image in the wrong place, of another length
        Answer(status=302, headers={"Location": "https://example.org/x"}),
    ]
    for _ in range(60):
        target = draw.choice((FILES, FILES, FILES, ".*/search/", r".*/images/ISIC_\d+/"))
        host.fail(target, draw.choice(faults), times=draw.randrange(1, 3))
    for _ in range(40):
        try:
            outcome = collect()
        except (CollectError, InputError):
            continue
        counts = Counter(record.state for record in kept.manifest.records())
        assert (outcome.fetched, outcome.failed) == (counts["fetched"], counts["failed"])
        if not outcome.failed:
            break
    check_truth(kept, host, host.held)
