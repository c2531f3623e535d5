from __future__ import annotations

import re

import pytest

from lesionlab.collect.web.findings import safe_id, web_address


@pytest.mark.parametrize("name", ["Läsion „3“ ☂.jpg", "../../etc/passwd", "", "日本語.png", "x" * 500, "a\nb", "CON"])
def test_ids_are_safe_whatever_the_name(name: str):
    assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", safe_id(name))
    assert len(safe_id(name)) <= 51


def test_ids_tell_apart_what_reads_alike():
    assert len({safe_id("日本"), safe_id("中国"), safe_id("a b"), safe_id("a-b"), safe_id("a b", "1")}) == 5
    assert safe_id("a b", "1") == safe_id("a b", "1")


def test_only_addresses_of_the_web_are_kept():
    assert web_address("https://example.org/a") == "https://example.org/a"
    assert web_address("javascript:alert(1)") == ""
    assert web_address("file:///etc/passwd") == ""
