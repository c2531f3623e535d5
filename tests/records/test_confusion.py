from __future__ import annotations

from lesionlab.records.confusion import HEAT_STEPS, confusion_rows

CLASSES = ("nv", "mel")


def test_shares_are_of_the_true_diagnosis() -> None:
    first, second = confusion_rows(CLASSES, ((9, 1), (0, 0)))
    assert (first.truth.code, first.total, first.recall) == ("nv", 10, 0.9)
    assert [(c.count, c.share, c.right) for c in first.cells] == [(9, 0.9, True), (1, 0.1, False)]
    assert [c.heat for c in first.cells] == [8, 1]
    assert (second.total, second.recall) == (0, None)


def test_heat_reaches_its_last_step() -> None:
    rows = confusion_rows(CLASSES, ((3, 0), (0, 5)))
    assert rows[0].cells[0].heat == HEAT_STEPS


def test_no_matrix_no_table() -> None:
    assert confusion_rows(CLASSES, ()) == ()
