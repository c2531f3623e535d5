from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from lesionlab.core.synthetic_mark import says_synthetic
from lesionlab.inference.xmp import record_in_xmp, xmp_packet

RECORD = {"software": "LesionLab <1> & ]]>", "seed": 7, "names": ["Ünna", "é\n</lesionlab:Record>"]}


def test_the_record_comes_back_from_the_midst_of_any_file():
    packet = xmp_packet("a < b", "about", "rights & more", RECORD)
    assert record_in_xmp(b"\x89PNG\x00\xff" + packet.encode() + b"\x00rest") == RECORD
    assert says_synthetic(packet.encode())


def test_the_packet_is_xml_that_others_can_read():
    packet = xmp_packet("a < b", "about", "rights & more", RECORD)
    body = packet[packet.index("<x:xmpmeta") : packet.rindex("<?xpacket")]
    (title,) = ElementTree.fromstring(body).iter("{http://purl.org/dc/elements/1.1/}title")
    assert "".join(title.itertext()) == "a < b"


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"no json",
        b"{",
        b"\xff",
        b"&lt;",
        b"[" * 100_000,
        b"[NaN]",
        b"[-Infinity]",
        b"[1e999]",
        b"[" + b"9" * 5000 + b"]",
    ],
    ids=["empty", "word", "cut", "utf", "xml", "deep", "nan", "infinite", "huge", "endless"],
)
def test_a_damaged_record_is_none(record):
    assert record_in_xmp(b"<lesionlab:Record>" + record + b"</lesionlab:Record>") is None
    assert record_in_xmp(b"<lesionlab:Record>" + record) is None
