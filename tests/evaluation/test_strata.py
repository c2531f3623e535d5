from dataclasses import replace

import numpy as np
import pytest

from lesionlab.evaluation import strata as module
from lesionlab.evaluation.strata import Stratum, learned_from, strata, strata_lines, worst_subgroup
from lesionlab.records.card import Metric


@pytest.fixture
def part(tiny_data, monkeypatch):
    """The drawn training part; its first 30 lesions come from `old`, the others from `new`."""
    part = tiny_data.part("train")
    lesions = list(dict.fromkeys(part.lesions))
    columns = {
        "source": tuple("old" if lesions.index(lesion) < 30 else "new" for lesion in part.lesions),
        "dataset": ("",) * len(part.lesions),
    }
    monkeypatch.setattr(type(part), "column", lambda self, name: columns.get(name, ("",) * len(self.lesions)))
    return part


def right(part, wrong=()):
    """Probabilities that decide rightly, but for the lesions of these values of the source."""
    by_image = np.full((len(part.labels), 7), 0.01)
    off = np.array([value in wrong for value in part.column("source")], np.int64)
    by_image[np.arange(len(part.labels)), (part.labels + off) % 7] = 0.94
    return by_image


def test_each_value_has_its_own_figures_by_lesion(part):
    new, old = strata(part, right(part, wrong=("new",)))
    assert (old.column, old.value, old.lesions) == ("source", "old", 30)
    assert (old.balanced_accuracy, old.accuracy) == (1.0, 1.0)
    assert (new.balanced_accuracy, new.accuracy) == (0.0, 0.0)
    assert old.lesions + new.lesions == len(set(part.lesions))
    assert old.images + new.images == len(part.lesions)


def test_few_lesions_are_counted_and_not_judged(part, monkeypatch):
    monkeypatch.setattr(module, "MIN_LESIONS", 31)
    (old,) = (stratum for stratum in strata(part, right(part)) if stratum.value == "old")
    assert (old.lesions, old.balanced_accuracy, old.accuracy) == (30, None, None)
    assert "old  not shown: n = 30 lesions, fewer than 31" in "\n".join(strata_lines([old]))


def test_a_column_that_nothing_fills_is_no_stratum(part):
    assert {stratum.column for stratum in strata(part, right(part), ("source", "dataset", "age"))} == {"source"}


def test_the_lines_tell_n_and_how_many_diagnoses_there_were(part):
    lines = strata_lines(strata(part, right(part)))
    assert lines[:2] == ["", "By source"]
    assert "balanced accuracy 1.000 over 7 diagnoses, accuracy 1.000, n = 30 lesions" in lines[3]
    assert strata_lines([]) == []


def test_blank_values_are_told_as_such(part, monkeypatch):
    monkeypatch.setattr(type(part), "column", lambda self, name: ("", *("x",) * (len(self.lesions) - 1)))
    part = replace(part, lesions=tuple(map(str, range(len(part.lesions)))))
    assert [stratum.value for stratum in strata(part, right(part), ("source",))] == ["(not told)", "x"]


def test_what_was_learned_from_is_told_with_counts():
    assert learned_from({"ham10000": 7009, "isic": 3}) == "ham10000 (7,009 images), isic (3 images)"


def test_ages_stand_in_bands_in_their_order(part, monkeypatch):
    ages = ["85.0", "5", "45.0"]
    columns = {"age": tuple(ages[i % 3] for i in range(len(part.lesions)))}
    monkeypatch.setattr(type(part), "column", lambda self, name: columns[name])
    part = replace(part, lesions=tuple(map(str, range(len(part.lesions)))))
    found = strata(part, np.full((len(part.labels), 7), 1 / 7), ("age",))
    assert [stratum.value for stratum in found] == ["under 20", "40 to 59", "80 and over"]


def test_the_worst_subgroup_is_that_of_people_and_says_among_how_many():
    template = Metric("", 0.0, 99, "lesions", "validation")
    found = [
        Stratum("source", "old", 50, 40, 7, 0.1, 0.1),
        Stratum("age", "(not told)", 50, 40, 7, 0.2, 0.2),
        Stratum("age", "under 20", 50, 40, 3, 0.4, 0.5),
        Stratum("sex", "male", 50, 40, 7, 0.6, 0.6),
        Stratum("localization", "ear", 9, 9, 2, None, None),
    ]
    (worst,) = worst_subgroup(found, template)
    assert (worst.name, worst.value, worst.n, worst.of) == ("worst_subgroup", 0.4, 40, "age under 20")
    assert worst.caveat.startswith("the lowest of 2,")
    assert worst_subgroup(found[-1:], template) == []
