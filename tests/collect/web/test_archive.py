from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from web_pictures import picture
from zenodo_host import zip_of

from lesionlab.collect.web.archive import ZipImages
from lesionlab.collect.web.findings import Archive, Found, UnreadableError
from lesionlab.collect.web.keeping import DamagedError
from lesionlab.collect.web.site import Limits

ARCHIVE = Archive(
    "all.zip", Found("11", "https://example.org/all.zip", "https://example.org/11"), folder_is_diagnosis=True
)


def opened(members: dict[str, bytes], limits: Limits | None = None) -> ZipImages:
    return ZipImages(ARCHIVE, zip_of(members), limits or Limits())


def test_images_are_found_with_their_folder_and_read():
    images = opened({"set/nevus/a.jpg": picture(1), "b.PNG": picture(2), "readme.txt": b"", ".c.jpg": picture(3)})
    (first, info), (second, _) = images.found()
    assert (first.diagnosis_given, second.diagnosis_given) == ("nevus", "")
    assert images.read(info) == picture(1)
    assert first.details["name"] == "set/nevus/a.jpg"
    assert first.details["archive_images"] == "2"
    assert first.image_id != second.image_id


def test_two_members_of_one_name_are_two_images():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.jpg", picture(1))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.jpg", picture(2))
    images = ZipImages(ARCHIVE, buffer.getvalue(), Limits())
    found = list(images.found())
    assert len({image.image_id for image, _ in found}) == 2
    assert [images.read(info) for _, info in found] == [picture(1), picture(2)]


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/a.jpg", "x/../../a.jpg", "..\\a.jpg", "C:/a.jpg", "C:\\a.jpg"])
def test_names_that_lead_out_are_refused(name: str):
    ((found, _),) = opened({name: picture(1)}).found()
    assert found.refusal == "Its name leads out of the archive."


def test_a_link_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("a.jpg")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    ((found, _),) = ZipImages(ARCHIVE, buffer.getvalue(), Limits()).found()
    assert found.refusal == "It is a link."


def test_a_bomb_is_refused_and_its_neighbours_are_not():
    found = [image for image, _ in opened({"bomb.png": b"\0" * 10**7, "a.jpg": picture(1)}).found()]
    assert ["would grow" in image.refusal for image in found] == [True, False]


def test_overlapping_members_that_grow_beyond_all_measure_are_refused():
    content = bytearray(zip_of({f"{n}.jpg": picture(n) for n in range(3)}))
    directory = content.index(b"PK\x01\x02")
    content[directory + 20 : directory + 28] = (2**28).to_bytes(4, "little") * 2  # tells sizes it has not
    with pytest.raises(UnreadableError, match="would grow"):
        ZipImages(ARCHIVE, bytes(content), Limits())


def test_a_member_larger_than_it_says_or_damaged_is_not_read():
    images = opened({"a.jpg": picture(1)}, Limits(max_image_bytes=50))
    ((_, info),) = images.found()
    with pytest.raises(UnreadableError):
        images.read(info)
    content = bytearray(zip_of({"a.jpg": picture(1)}, zipfile.ZIP_STORED))
    content[60] ^= 255
    images = ZipImages(ARCHIVE, bytes(content), Limits())
    with pytest.raises(UnreadableError, match="damaged"):
        images.read(next(images.found())[1])


def test_more_images_than_allowed_and_no_zip_at_all():
    with pytest.raises(UnreadableError, match="holds 3 images, more than 2"):
        opened({f"{n}.jpg": picture(n) for n in range(3)}, Limits(max_archive_images=2))
    with pytest.raises(DamagedError, match="no whole ZIP"):
        ZipImages(ARCHIVE, zip_of({"a.jpg": picture(1)})[:-30], Limits())


def test_what_is_refused_of_the_whole_is_refused_of_each():
    archive = replace(ARCHIVE, each=replace(ARCHIVE.each, refusal="No."))
    ((found, _),) = ZipImages(archive, zip_of({"a.jpg": picture(1)}), Limits()).found()
    assert found.refusal == "No."
