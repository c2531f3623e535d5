"""Whole crawls, each in a process of its own; what they leave is compared with what the host holds."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest
from gallery_host import Shown, gallery_of, html
from hurried_command import hurried, hurry
from loopback import Answer, Request, cut, told_length
from mediawiki_host import API, WikiFile, wiki_of
from web_pictures import bomb_png, picture, with_xmp
from zenodo_host import Deposit, repository_of, zip_of

from lesionlab.records.collected import ManifestRecord
from lesionlab.records.manifest import open_manifest

MEL, NV = "Category:Melanoma", "Category:Nævi"


def crawl(site: str, home: Path, *options: str, limit: str = "all") -> tuple[int, str, str]:
    home.mkdir(exist_ok=True)
    (home / "site.toml").write_text(site, encoding="utf-8")
    return hurry("collect", "web", str(home / "site.toml"), "--limit", limit, *options, home=home)


def manifest(home: Path) -> dict[str, ManifestRecord]:
    """The records by the last part of their file's address, or by id."""
    with open_manifest(home / "collect") as opened:
        records = list(opened.records())
    return {
        record.file_url.removesuffix("/content").rpartition("/")[2] or record.image_id: record for record in records
    }


def stored(home: Path, record: ManifestRecord) -> bytes:
    return (home / "collect" / "images" / record.sha256[:2] / f"{record.sha256}{record.suffix}").read_bytes()


def test_a_wiki_with_bad_days_is_collected_whole_and_only_once(home: Path):
    files = [WikiFile(100 + n, f"File:Läsion „{n}“ ☂.jpg", (MEL, NV) if n % 3 == 0 else (MEL,)) for n in range(7)]
    files += [
        WikiFile(
            200, "File:../../etc/passwd.jpg", (NV,), licence="Public domain", licence_url=None, more={"License": "pd"}
        ),
        WikiFile(
            201, "File:No derivatives.jpg", (NV,), "CC BY-ND 4.0", "https://creativecommons.org/licenses/by-nd/4.0"
        ),
        WikiFile(202, "File:Nothing said.jpg", (NV,), None, None),
        WikiFile(203, "File:Drawing.svg", (NV,), mime="image/svg+xml"),
        WikiFile(204, "File:Other bytes.jpg", (NV,), sha1="0" * 40),
        WikiFile(205, "File:Not free.jpg", (NV,), more={"NonFree": "true"}),
        WikiFile(206, "File:Elsewhere.jpg", (NV,), url="https://example.org/206.jpg"),
    ]
    with wiki_of(files, subcategories={"Category:Skin": (MEL, NV, "Category:Skin")}) as wiki:
        busy = {"error": {"code": "maxlag", "info": "Waiting for a database server", "lag": 6.1}}
        wiki.host.fail(API, Answer.json(busy, **{"Retry-After": "0"}))
        wiki.host.fail(API, Answer(b"oops", 503), times=2)
        wiki.host.fail("/files/100.jpg", cut(200))
        wiki.host.fail("/files/101.jpg", told_length(10**6))
        wiki.host.fail("/files/102.jpg", Answer(b"<html>Please log in</html>", headers={"Content-Type": "text/html"}))
        wiki.host.fail("/files/103.jpg", Answer(b"", 500), times=3)
        site = wiki.site("Category:Skin", depth=1)
        code, output, errors = crawl(site, home)
        assert (code, "Traceback" in errors) == (1, False)
        assert "requested all, available 14, fetched 8 (8 now), failed 1, refused 5." in output
        first = len(wiki.host.asked("/files/.*"))
        assert crawl(site, home)[0] == 1
        assert {r.path for r in wiki.host.requests[-5:] if "/files/" in r.path} <= {"/files/204.jpg"}
        assert len(wiki.host.asked("/files/10.*")) + len(wiki.host.asked("/files/200.jpg")) == first - 3
        told = {record.image_id: record for record in manifest(home).values()}
        assert set(told) == {str(file.pageid) for file in files}
        for file in files[:8]:
            record = told[str(file.pageid)]
            assert (record.state, record.sha256) == ("fetched", hashlib.sha256(file.content).hexdigest())
            assert stored(home, record) == file.content
            assert record.details["title"] == file.title
            assert record.file_url == f"{wiki.host.base}/files/{file.pageid}.jpg"
            assert record.page_url.startswith(f"{wiki.host.base}/wiki/File")
            assert record.attribution == "Ada & co (Own work)"
    assert (told["101"].licence, told["101"].details["licence_as_stated"].count("by-sa")) == ("CC-BY-SA-4.0", 1)
    assert told["200"].licence == "PDM-1.0"
    assert [(told[n].diagnosis_given, told[n].diagnosis) for n in ("101", "200")] == [
        ("Melanoma", "mel"),
        ("Nævi", "nv"),
    ]
    assert (told["100"].diagnosis_given, told["100"].diagnosis) == ("Melanoma; Nævi", "")  # found under both
    reasons = {n: (told[n].state, told[n].reason) for n in ("201", "202", "203", "204", "205", "206")}
    assert reasons["201"] == ("refused", "CC BY-ND 4.0 allows no derivatives.")
    assert reasons["202"] == ("refused", "No licence was found.")
    assert reasons["203"] == ("refused", "It is no photograph (image/svg+xml).")
    assert reasons["204"][0] == "failed"
    assert "SHA1" in reasons["204"][1]
    assert reasons["205"] == ("refused", "The page says that it is not free.")
    assert "outside the hosts" in reasons["206"][1]


def test_a_gallery_s_wishes_are_kept_and_its_traps_avoided(home: Path):
    prohibited = with_xmp(picture(91), 'plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"')
    closed = with_xmp(picture(92), 'xmpRights:WebStatement="https://creativecommons.org/licenses/by-nc-nd/4.0/"')
    shown = [
        Shown(0),
        Shown(1, headers={"X-Robots-Tag": "noindex, NoImageAI"}),
        Shown(2, head='<meta name="robots" content="noai, noimageai">'),
        Shown(3),  # forbidden by robots.txt
        Shown(4, address="http://localhost:9/4.jpg"),
        Shown(5),  # leads off the hosts
        Shown(6),  # leads on
        Shown(7, content=b"\xff\xd8" + b"x" * 300_000),  # says that it is too large
        Shown(8, content=bomb_png()),
        Shown(9, content=gzip.compress(b"\0" * 10**7), headers={"Content-Encoding": "gzip"}),
        Shown(10, content=prohibited),
        Shown(11, content=closed),
        Shown(12, licence="All rights reserved"),
        Shown(13, author=""),
        Shown(
            14, licence='<a rel="license" href="https://creativecommons.org/publicdomain/zero/1.0/">CC0</a>', author=""
        ),
        Shown(15, diagnosis="Spitz naevus"),
    ]
    with gallery_of(shown, detail=True, robots="User-agent: LesionLab\nDisallow: /images/3.\n") as gallery:
        host = gallery.host
        away = Answer(b"", 302, {"Location": f"{host.elsewhere}/images/0.jpg"})
        host.fail("/images/5.jpg", away, times=9)
        host.fail("/images/6.jpg", Answer(b"", 301, {"Location": "/images/15.jpg"}), times=9)
        code, output, errors = crawl(gallery.site(limits="max_image_bytes = 200_000", attribution=".by"), home)
        asked = [request for request in host.requests if request.headers["host"].startswith("localhost")]
        assert asked == []
        assert not host.asked("/images/(2|3|4|12|13).jpg")
        assert {r.headers["user-agent"] for r in host.requests} == {"LesionLab/0.1.0 (+tests@example.org)"}
        assert not [name for r in host.requests for name in r.headers if name in ("cookie", "referer", "authorization")]
        again = len(host.requests)
        crawl(gallery.site(limits="max_image_bytes = 200_000", attribution=".by"), home)
        files = [r.path for r in host.requests[again:] if r.path.startswith("/images/")]
    # Those that a longer limit or another day may let pass; what the file itself said holds.
    assert set(files) <= {"/images/5.jpg", "/images/7.jpg", "/images/9.jpg"}
    assert (code, "Traceback" in errors) == (0, False)
    assert "available 16, fetched 4 (4 now), failed 0, refused 12" in output
    told = manifest(home)
    assert {name for name, record in told.items() if record.state == "fetched"} == {f"{n}.jpg" for n in (0, 6, 14, 15)}
    reasons = {name: record.reason for name, record in told.items()}
    assert "X-Robots-Tag: noimageai" in reasons["1.jpg"]
    assert "meta robots: noai" in reasons["2.jpg"]
    assert "robots.txt" in reasons["3.jpg"]
    assert "outside the hosts" in reasons["4.jpg"]
    assert "outside the hosts" in reasons["5.jpg"]
    assert "larger" in reasons["7.jpg"]
    assert "too many pixels" in reasons["8.jpg"]
    assert "larger" in reasons["9.jpg"]
    assert "DMI-PROHIBITED" in reasons["10.jpg"]
    assert "CC BY-NC-ND 4.0" in reasons["11.jpg"]
    assert "not free" in reasons["12.jpg"]
    assert "names nobody" in reasons["13.jpg"]
    assert (told["0.jpg"].diagnosis, told["15.jpg"].diagnosis) == ("nv", "")
    assert told["0.jpg"].details["caption"] == "An image, “shown” here"
    assert told["14.jpg"].licence == "CC0-1.0"


class Endless(BaseHTTPRequestHandler):
    """Tells no length and sends until the client has had enough."""

    sent = 0

    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/robots.txt" else 200)
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            while self.path != "/robots.txt" and Endless.sent < 200 * 2**20:
                Endless.sent += self.wfile.write(b"x" * 2**16)

    def log_message(self, *arguments: object) -> None:
        pass


def test_a_body_that_grows_beyond_the_limit_is_cut_off(home: Path):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/endless.jpg"
    with gallery_of([Shown(0, address=address)]) as gallery:
        crawl(gallery.site(limits="max_image_bytes = 200_000"), home)
    server.shutdown()
    server.server_close()
    (record,) = manifest(home).values()
    assert (record.state, record.reason) == ("refused", "It is larger than is accepted.")
    assert Endless.sent < 20 * 2**20


def test_a_repository_s_files_and_archives_are_checked(home: Path):
    members = {
        "nevus/a.jpg": picture(1),
        "melanoma/ü.jpg": picture(2),
        "../../etc/x.jpg": picture(3),
        "nevus/bomb.png": b"\0" * 10**7,
        "nevus/notes.txt": b"no image",
        "__MACOSX/nevus/._a.jpg": b"x",
        "nevus/broken.jpg": picture(4)[:100],
    }
    one = Deposit("11", {"é one.jpg": picture(5), "all.zip": zip_of(members), "table.csv": b"a"})
    two = Deposit("12", {"two.jpg": picture(6)}, licence="https://example.org/terms")
    three = Deposit("13", {"lies.jpg": picture(7), "no.zip": b"PK, but no more"}, checksums={"lies.jpg": "0" * 32})
    with repository_of(one, two, three) as repository:
        code, output, _ = crawl(repository.site(), home)
        assert not repository.host.asked(r"/api/records/\d+")  # robots.txt does not allow it
        first = len(repository.host.asked(".*/all.zip/content"))
        crawl(repository.site(), home)
        assert len(repository.host.asked(".*one.jpg/content")) == 1
    assert (code, first) == (1, 1)
    assert "no.zip: no.zip is no whole ZIP file (15 bytes)." in output
    with open_manifest(home / "collect") as opened:
        told = {record.details["name"]: record for record in opened.records()}
    assert {name: record.state for name, record in told.items()} == {
        "é one.jpg": "fetched",
        "nevus/a.jpg": "fetched",
        "melanoma/ü.jpg": "fetched",
        "../../etc/x.jpg": "refused",
        "nevus/bomb.png": "refused",
        "nevus/broken.jpg": "failed",
        "two.jpg": "refused",
        "lies.jpg": "failed",
    }
    inside = told["melanoma/ü.jpg"]
    assert (inside.diagnosis_given, inside.diagnosis, inside.licence) == ("melanoma", "mel", "CC-BY-4.0")
    assert inside.attribution == (
        "Curie, Marie; Meitner, Lise: Lesions, photographed. https://doi.org/10.5281/zenodo.11"
    )
    assert inside.file_url.endswith("/all.zip/content")
    assert not [path for path in home.rglob("*") if path.name in ("x.jpg", "passwd")]


def test_an_archive_that_was_kept_whole_is_not_fetched_again(home: Path):
    archive = zip_of({f"nevus/{n}.jpg": picture(n) for n in range(4)})
    with repository_of(Deposit("11", {"all.zip": archive})) as repository:
        assert crawl(repository.site(), home, limit="2")[0] == 0
        assert crawl(repository.site(), home)[1].startswith("repository: requested all, available 4, fetched 4 (2 now)")
        asked = len(repository.host.asked(".*/content"))
        assert crawl(repository.site(), home)[1].startswith("repository: requested all, available 4, fetched 4 (0 now)")
        assert len(repository.host.asked(".*/content")) == asked == 2


def test_a_killed_crawl_goes_on_and_fetches_nothing_twice(home: Path):
    home.mkdir()
    with gallery_of([Shown(n) for n in range(40)], per_page=8) as gallery:
        slowly = gallery.host.routes[r"/images/\d+\.jpg"]

        def slow(request: Request) -> Answer:
            time.sleep(0.02)
            return slowly(request)

        gallery.host.routes[r"/images/\d+\.jpg"] = slow
        (home / "site.toml").write_text(gallery.site(), encoding="utf-8")
        process = hurried("collect", "web", str(home / "site.toml"), "--limit", "all", home=home)
        _until(lambda: len(gallery.host.asked("/images/.*")) >= 12, process)
        process.kill()
        process.communicate()
        before = {record.image_id: asdict(record) for record in manifest(home).values() if record.state == "fetched"}
        asked = len(gallery.host.asked("/images/.*"))
        code, output, _ = crawl(gallery.site(), home)
        assert (code, len(before) >= asked - 3) == (0, True)
        assert len(gallery.host.asked("/images/.*")) == asked + 40 - len(before)
    after = {record.image_id: record for record in manifest(home).values()}
    assert {record.state for record in after.values()} == {"fetched"}
    assert f"fetched 40 ({40 - len(before)} now)" in output
    assert {image_id: asdict(after[image_id]) for image_id in before} == before
    assert len(list((home / "collect" / "images").rglob("*.jpg"))) == 40
    with open_manifest(home / "collect") as opened:
        (query,) = opened.queries()  # the one that was killed came to its end
    assert (query.available, bool(query.ended_at)) == (40, True)


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C cannot be sent to one process there")
def test_ctrl_c_stops_at_once_and_the_next_run_goes_on(home: Path):
    home.mkdir()
    robots = "User-agent: *\nCrawl-delay: 30\n"
    with gallery_of([Shown(n) for n in range(4)], robots=robots) as gallery:
        (home / "site.toml").write_text(gallery.site(), encoding="utf-8")
        process = hurried("collect", "web", str(home / "site.toml"), "--limit", "all", home=home)
        _until(lambda: gallery.host.asked("/"), process)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        _, errors = process.communicate(timeout=20)
        assert time.monotonic() - started < 5
        assert (process.returncode, errors.splitlines()[-1]) == (130, "Stopped.")
        assert "Traceback" not in errors
        assert not gallery.host.asked("/images/.*")  # the crawl delay was kept


def _until(happened: object, process: subprocess.Popen[str]) -> None:
    assert callable(happened)
    ends = time.monotonic() + 30
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < ends
        time.sleep(0.005)


def test_retry_after_is_kept_and_more_than_our_patience_ends_the_crawl(home: Path):
    times: list[float] = []
    with gallery_of([Shown(n) for n in range(3)]) as gallery:
        gallery.host.fail("/images/0.jpg", Answer(b"", 429, {"Retry-After": "1"}))
        whole = gallery.host.answer
        gallery.host.answer = lambda request: (times.append(time.monotonic()), whole(request))[1]  # type: ignore[method-assign]
        assert crawl(gallery.site(), home)[0] == 0
        assert max(later - earlier for earlier, later in pairwise(times)) > 0.9
        gallery.host.fail("/", Answer(b"", 429, {"Retry-After": "86400"}))
        asked = len(gallery.host.requests)
        code, output, _ = crawl(gallery.site(), home)
        assert [request.path for request in gallery.host.requests[asked:]] == ["/robots.txt", "/"]
    assert (code, "asks to be left alone for 1,440 minutes" in output) == (1, True)


def test_where_robots_txt_leads_off_the_hosts_nothing_is_asked(home: Path):
    with gallery_of([Shown(0)]) as gallery:
        gallery.host.fail("/robots.txt", Answer(b"", 302, {"Location": f"{gallery.host.elsewhere}/robots.txt"}))
        code, output, _ = crawl(gallery.site(), home)
        assert [request.path for request in gallery.host.requests] == ["/robots.txt"]
    assert (code, "cannot be read: localhost" in output) == (1, True)


def test_a_limit_takes_that_many_and_says_what_it_left(home: Path):
    shown = [Shown(0, content=b"no image")] + [Shown(n) for n in range(1, 20)]
    with gallery_of(shown) as gallery:
        code, output, _ = crawl(gallery.site(), home, limit="5")
        assert (code, len(gallery.host.asked("/"))) == (1, 2)
        assert "requested 5, available not known, fetched 5 (5 now), failed 1" in output
        assert len(gallery.host.asked(r"/images/[1-9]\d*.jpg")) == 5
        code, output, _ = crawl(gallery.site(limits="max_images = 6"), home)
    assert (code, "limit of 6 images was reached" in output) == (1, True)


def test_a_dry_run_asks_for_no_file_and_writes_nothing(home: Path):
    with gallery_of([Shown(0), Shown(1, licence="")]) as gallery:
        code, output, _ = crawl(gallery.site(), home, "--dry-run")
        assert not gallery.host.asked("/images/.*")
    assert code == 0
    assert "would be fetched (CC-BY-4.0)" in output
    assert "would be refused: No licence was found." in output
    assert not (home / "collect").exists()


def test_a_licence_for_the_whole_site_is_kept_with_the_page_that_states_it(home: Path):
    rule = '[licence]\nwhole_site = "CC BY 4.0"\nstated_at = "https://example.org/terms"'
    shown = [Shown(0, licence=""), Shown(1, licence="see terms"), Shown(2, licence="CC BY-NC 4.0")]
    with gallery_of(shown) as gallery:
        crawl(gallery.site(licence=rule), home, "--licence", "CC-BY")
    told = manifest(home)
    assert {name: record.state for name, record in told.items()} == {
        "0.jpg": "fetched",
        "1.jpg": "refused",
        "2.jpg": "refused",
    }
    assert told["0.jpg"].details["licence_stated_at"] == "https://example.org/terms"
    assert "not among those asked for" in told["2.jpg"].reason


def test_a_page_that_fails_is_told_and_the_query_stays_open(home: Path):
    with gallery_of([Shown(n) for n in range(6)]) as gallery:
        right = gallery.host.routes["/"]
        wrong = {"2": Answer(b"", 404), "3": Answer(picture(1), headers={"Content-Type": "image/jpeg"})}
        gallery.host.routes["/"] = lambda request: wrong.get(request.query.get("page", "")) or right(request)
        code, output, _ = crawl(gallery.site(), home)
        gallery.foot = "<a class=next href='?page=3'>three</a>"
        assert "/?page=3: It is no page but a file." in crawl(gallery.site(), home)[1]
    assert (code, "/?page=2: Its host answered HTTP 404." in output) == (1, True)
    with open_manifest(home / "collect") as opened:
        assert [query.ended_at for query in opened.queries()] == [""]


def test_a_manifest_that_cannot_be_written_ends_the_crawl_with_an_error(home: Path):
    with gallery_of([Shown(n) for n in range(3)]) as gallery:
        crawl(gallery.site(), home, limit="1")
        with sqlite3.connect(home / "collect" / "manifest.db") as db:
            db.execute("CREATE TRIGGER full BEFORE INSERT ON image BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        db.close()
        code, _, errors = crawl(gallery.site(), home)
    assert (code, "Traceback" in errors) == (2, False)
    assert "disk is full" in errors


def test_a_page_with_a_wish_gives_none_of_its_images(home: Path):
    with gallery_of([Shown(0), Shown(1)]) as gallery:
        gallery.host.routes["/"] = lambda request: html(gallery.item(gallery.shown[0]), **{"TDM-Reservation": "1"})
        crawl(gallery.site(), home)
        assert not gallery.host.asked("/images/.*")
    (record,) = manifest(home).values()
    assert (record.state, "reserves text and data mining" in record.reason) == ("refused", True)
