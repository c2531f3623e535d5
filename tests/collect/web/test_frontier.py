from __future__ import annotations

from lesionlab.collect.web.findings import Page
from lesionlab.collect.web.frontier import Frontier
from lesionlab.records.collected import ManifestRecord


def image(number: int) -> ManifestRecord:
    return ManifestRecord("example", str(number))


def test_images_come_first_and_a_list_page_alone():
    frontier = Frontier(100, 10, 2)
    for task in (Page("l1"), Page("l2"), Page("i1", "item"), image(1), image(2)):
        frontier.add(task)
    assert list(frontier.next()) == [image(1), image(2)]
    frontier.ended()
    assert list(frontier.next()) == [Page("i1", "item")]
    frontier.ended()
    assert list(frontier.next()) == []  # one is still under way
    frontier.ended()
    assert list(frontier.next()) == [Page("l1")]
    assert not frontier.exhausted


def test_no_more_are_under_way_than_could_still_be_wanted():
    frontier = Frontier(3, 10, 8)
    for number in range(9):
        frontier.add(image(number))
    assert len(list(frontier.next())) == 3
    for kept in (1, 2):
        frontier.kept = kept
        frontier.ended()
        assert list(frontier.next()) == []
    frontier.ended()  # the third failed
    assert list(frontier.next()) == [image(3)]
    frontier.kept = 3
    frontier.ended()
    assert (frontier.full, list(frontier.next()), frontier.exhausted) == (True, [], False)


def test_the_limit_of_pages_closes_it_with_a_reason():
    frontier = Frontier(9, 2, 1)
    for url in ("a", "b", "c"):
        frontier.add(Page(url))
        list(frontier.next())
        frontier.ended()
    assert "limit of 2 pages" in frontier.closed


def test_a_closed_one_hands_out_nothing():
    frontier = Frontier(9, 9, 9)
    frontier.add(image(1))
    frontier.close("enough")
    frontier.close("more")
    assert (list(frontier.next()), frontier.closed) == ([], "enough")
