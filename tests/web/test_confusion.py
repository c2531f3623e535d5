from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lesionlab.records.card import ModelCard, read_card
from lesionlab.web.confusion import HEAT_STEPS, confusion_table


@pytest.fixture
def card(tiny_classifier: Path) -> ModelCard:
    return replace(read_card(tiny_classifier), classes=("nv", "mel"), confusion=((9, 1), (0, 0)))


def test_shares_are_of_the_true_diagnosis(card: ModelCard) -> None:
    first, second = confusion_table(card)
    assert (first.truth.code, first.total, first.recall) == ("nv", 10, 0.9)
    assert [(c.count, c.share, c.right) for c in first.cells] == [(9, 0.9, True), (1, 0.1, False)]
    assert [c.heat for c in first.cells] == [8, 1]
    assert (second.total, second.recall) == (0, None)


def test_heat_reaches_its_last_step(card: ModelCard) -> None:
    rows = confusion_table(replace(card, confusion=((3, 0), (0, 5))))
    assert rows[0].cells[0].heat == HEAT_STEPS


def test_no_matrix_no_table(card: ModelCard) -> None:
    assert confusion_table(replace(card, confusion=())) == ()
