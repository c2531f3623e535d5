from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from isic_host import Held, IsicHost, picture, pictures
from loopback import Answer, serving
from typer.testing import Result

from lesionlab.cli import collection_setup
from lesionlab.collect.collection import open_collection

Refused = Callable[..., tuple[str, str]]


@pytest.fixture
def host() -> Iterator[IsicHost]:
    with serving(IsicHost(pictures(20))) as host:
        assert isinstance(host, IsicHost)
        yield host


@pytest.fixture
def collect(run: Callable[..., Result], host: IsicHost) -> Callable[..., Result]:
    return lambda *words: run("collect", "isic", *words, "--archive", host.address, "--delay", 0)


def test_without_a_limit_it_says_how_many_there_are_and_fetches_none(refused: Refused, host: IsicHost, home: Path):
    cause, cure = refused("collect", "isic", "--archive", host.address)
    assert "has 20 images (0.0 MB)" in cause
    assert "--limit" in cure
    assert not home.exists()
    host.size_told = False
    cause, _ = refused("collect", "isic", "--archive", host.address, "--diagnosis", "mel")
    assert 'has 2 images for (diagnosis_3:"Melanoma Invasive"' in cause
    cause, _ = refused("collect", "isic", "--archive", host.address, "--diagnosis", "Unheard of")
    assert "has no image" in cause


def test_a_number_of_images_is_collected_and_told(collect: Callable[..., Result]):
    result = collect("--limit", 5)
    assert result.exit_code == 0, result.output
    assert "requested 5, available 20, fetched 5 (5 now), failed 0, refused 0." in result.stdout
    result = collect("--limit", "all")
    assert result.exit_code == 0, result.output
    assert "requested all, available 20, fetched 20 (15 now)" in result.stdout


def test_fewer_than_asked_for_end_with_1_and_the_reasons(collect: Callable[..., Result], host: IsicHost):
    result = collect("--limit", 57000)
    assert result.exit_code == 1
    assert "available 20, fetched 20" in result.stdout
    assert "there are no more" in result.stdout
    host.held.insert(0, Held("ISIC_0000001", b"no image"))
    result = collect("--limit", 3)
    assert result.exit_code == 1
    assert "fetched 2 (0 now), failed 1" in result.stdout
    assert "ISIC_0000001: The file is not an image" in result.stdout


def test_options_narrow_what_is_collected(collect: Callable[..., Result], host: IsicHost):
    host.held[3].collections = host.held[4].collections = (7,)
    host.held[4].licence = "CC-0"
    result = collect("--collection", 7, "--licence", "CC-0", "--limit", "all", "age_approx:[0 TO 90]")
    assert result.exit_code == 0, result.output
    with open_collection() as kept:
        (record,) = kept.manifest.records()
    assert record.image_id == host.held[4].isic_id


@pytest.mark.parametrize("limit", ["0", "-3", "many", "1.5", "٣"])
def test_a_limit_that_is_none_is_refused(refused: Refused, host: IsicHost, limit: str):
    cause, _ = refused("collect", "isic", "--archive", host.address, f"--limit={limit}")
    assert "no number of images" in cause
    assert host.requests == []


def test_what_the_archive_does_not_know_is_refused(refused: Refused, host: IsicHost):
    asking = ("collect", "isic", "--archive", host.address, "--delay", 0, "--limit", 1)
    assert "no public collection 99" in refused(*asking, "--collection", 99)[0]
    assert "no images under 'CC-BY-ND'" in refused(*asking, "--licence", "CC-BY-ND")[0]
    lines = "\n".join(refused(*asking, "nonsense (("))
    assert "Unable to parse search query." in lines
    with open_collection() as kept:
        assert kept.manifest.queries() == []


def test_waiting_for_a_host_is_told(collect: Callable[..., Result], host: IsicHost):
    host.fail("/files/.*", Answer(status=503, headers={"Retry-After": "2"}))
    result = collect("--limit", 3)
    assert result.exit_code == 0
    assert "Waiting 2 s: 127.0.0.1" in result.stderr
    assert "answered 503 Service Unavailable." in result.stderr


def test_without_the_packages_it_says_what_to_install(
    refused: Refused, host: IsicHost, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(collection_setup, "PACKAGES", ("no_such_package",))
    cause, cure = refused("collect", "isic", "--limit", 1)
    assert "no_such_package" in cause
    assert "lesionlab[collect]" in cure


def test_an_image_of_ham10000_is_known_by_its_id(collect: Callable[..., Result], host: IsicHost):
    host.held[:] = [Held("ISIC_0024306", picture("nv", 3))]
    assert collect("--limit", "all").exit_code == 0
    with open_collection() as kept:
        (known,) = kept.manifest.records()
    assert (known.same_as, known.same_by) == ("ISIC_0024306", "id")


def test_status_tells_sources_and_queries(
    run: Callable[..., Result], collect: Callable[..., Result], refused: Refused, host: IsicHost
):
    assert "no manifest" in refused("collect", "status")[0]
    host.fail("/files/.*", Answer(status=404))
    assert collect("--limit", 5).exit_code == 1
    told = run("collect", "status").stdout
    assert "isic, licences: CC-BY 4." in told
    assert [line.split()[:4] for line in told.splitlines() if line.startswith("isic ")] == [["isic", "4", "1", "0"]]
    assert 'isic: image_type:"dermoscopic"' in told
    assert "Invasive" in told
    assert run("collect", "status", "--source", "isic").stdout == told
    cause, cure = refused("collect", "status", "--source", "isik")
    assert "isik" in cause
    assert "'isic'" in cure


def test_verify_ends_with_1_until_what_is_missing_came_again(
    run: Callable[..., Result], collect: Callable[..., Result], host: IsicHost
):
    collect("--limit", "all")
    assert run("collect", "verify").exit_code == 0
    with open_collection() as kept:
        (record, *_) = kept.manifest.records()
        kept.file_of(record).unlink()
    result = run("collect", "verify")
    assert result.exit_code == 1
    assert "19 files are as the manifest says, 1 are missing or damaged" in result.stdout
    assert "--repair" in result.stdout
    assert run("collect", "verify", "--repair").exit_code == 1
    assert collect("--limit", "all").exit_code == 0
    assert run("collect", "verify").exit_code == 0
