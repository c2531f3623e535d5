from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from lesionlab.study.verdict import Word
from lesionlab.web.studies import LEAKS


def test_it_tells_every_word_that_a_verdict_can_be(page_of: Callable[[str], Any]) -> None:
    text = page_of("/studies").text.lower()
    assert [word for word in get_args(Word) if word not in text] == []


def test_it_tells_the_six_leaks(page_of: Callable[[str], Any]) -> None:
    text = page_of("/studies").text
    assert len(LEAKS) == 6
    assert [leak for leak in LEAKS if leak not in text] == []


def test_the_page_is_marked_in_the_menu(client: Any) -> None:
    assert '<a href="/studies" aria-current="page">Does it help?</a>' in client.get("/studies").text
