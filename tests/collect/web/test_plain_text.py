from __future__ import annotations

from parsel import Selector

from lesionlab.collect.web.plain_text import LONGEST, linked_data, names_of, one_line, plain, words_of


def test_html_becomes_one_line():
    assert (
        plain('<a href="x">Ada &amp;\n co</a> <script>alert(1)</script><style>b{}</style>(2020)') == "Ada & co (2020)"
    )
    assert plain("no markup < here") == "no markup < here"
    assert plain("  ") == ""
    assert plain("<!-- only -->") == ""


def test_control_characters_and_length_are_cut():
    assert one_line("a\x00b\u202ec\nd") == "abc d"
    assert len(one_line("x" * 5000)) == LONGEST


def test_linked_data_is_found_nested_and_bad_json_passed_over():
    page = Selector(
        text="""<html><script type="application/ld+json">{"@graph": [{"@type": "ImageObject", "license": "L"}]}</script>
        <script type="application/ld+json">{not json</script>
        <script type="application/ld+json">[{"name": "N"}]</script></html>"""
    )
    things = list(linked_data(page))
    assert {"@type": "ImageObject", "license": "L"} in things
    assert {"name": "N"} in things


def test_deep_nesting_does_no_harm():
    page = Selector(text=f'<script type="application/ld+json">{"[" * 50_000}</script>')
    assert list(linked_data(page)) == []


def test_words_and_names_come_from_any_form():
    assert words_of("https://x/") == ("https://x/",)
    assert words_of({"@id": "https://x/", "name": "CC BY"}) == ("CC BY", "https://x/")
    assert words_of(["a", {"url": "b"}]) == ("a", "b")
    assert words_of(7) == ()
    assert names_of([{"name": "A"}, "B", {"x": 1}]) == "A; B"
    assert names_of(None) == ""
