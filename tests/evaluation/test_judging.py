from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.evaluation.judging import COLUMNS, judge_set, judged, sheet_rows
from lesionlab.evaluation.judging_page import judged_page, judged_text
from lesionlab.evaluation.scope_fitting import fit_scope
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.sample_folder import begin, plan_for, sample_into
from lesionlab.inference.sampler import Sampler
from lesionlab.inference.scope import Scope

ASKED = {"mel": 5, "nv": 14}


@pytest.fixture(scope="module")
def predictor(tiny_classifier: Path) -> Predictor:
    return Predictor(tiny_classifier)


@pytest.fixture(scope="module")
def made(tiny_generator: Path, tmp_path_factory: pytest.TempPathFactory) -> SyntheticSet:
    sampler, folder = Sampler(tiny_generator), tmp_path_factory.mktemp("sets") / "made"
    plan = plan_for(sampler, ASKED, 0)
    begin(folder, plan)
    sample_into(folder, sampler, plan)
    return SyntheticSet.open(folder, [tiny_generator])


@pytest.fixture(scope="module")
def batch(predictor, made):
    return judge_set(predictor, made)


def test_figures_are_of_the_diagnoses_asked_for(predictor, made, batch):
    report = judged(predictor, made, batch)
    found = {metric.of: metric for metric in report.metrics}
    assert set(found) == {"macro", *ASKED}
    (labels,) = (made.labels(predictor.card.classes),)
    decided = [each.decision for each in predictor.predict(list(made.pixels(16)))]
    for code, n in ASKED.items():
        hits = [decided[row] == code for row in np.flatnonzero(labels == predictor.card.classes.index(code))]
        assert (found[code].n, found[code].value) == (n, np.mean(hits))
    assert np.sum(report.confusion) == 19
    assert (report.independent, report.filtered) == (True, False)
    assert "not filtered" in report.standing


def test_real_images_stand_beside_and_the_shares_out_of_scope(predictor, made, batch, tiny_data):
    scope = Scope(fit_scope(tiny_data.part("train"), "a" * 64))
    report = judged(predictor, made, batch, tiny_data.part("validation"), scope)
    found = {(metric.name, metric.of): metric for metric in report.metrics}
    assert found["agreement", "nv"].ruler.keys() == {"real images"}
    assert found["out_of_scope", ""].value == scope.refuses(list(made.pixels(16))).mean()
    assert found["out_of_scope", ""].ruler.keys() == {"real images"}
    assert found["out_of_scope", "mel"].n == 5
    assert (report.data, report.part) == (tiny_data.name, "validation")


def test_the_filter_of_a_set_is_no_independent_judge(predictor, made, batch, tiny_classifier):
    kept = made.filtered([image.file for image in made.images], "filter", tiny_classifier)
    report = judged(predictor, kept, batch)
    assert not report.independent
    assert report.standing.startswith("Not independent")
    assert "Not independent" in judged_text(report)
    others = replace(
        kept, saw=tuple(replace(each, name="f" * 64) if each.role == "filter" else each for each in kept.saw)
    )
    other = judged(predictor, others, batch)
    assert (other.independent, other.filtered) == (True, True)
    assert other.standing.startswith("Another classifier had filtered")


def test_the_sheet_is_sorted_by_agreement_and_evenly_picked(batch):
    rows = sheet_rows(batch)
    assert [len(row) for row in rows] == [5, COLUMNS]
    sure = {image.tobytes(): share for image, share in zip(batch.images, batch.agreement, strict=True)}
    for row in rows:
        shares = [sure[image.tobytes()] for image in row]
        assert shares == sorted(shares, reverse=True)
    of_nv = batch.agreement[batch.decided.asked == batch.decided.asked.max()]
    assert sure[rows[1][0].tobytes()] == of_nv.max()
    assert sure[rows[1][-1].tobytes()] == of_nv.min()


def test_the_page_is_whole_and_the_same_again(predictor, made, batch):
    report = judged(predictor, made, batch)
    page = judged_page(report, batch)
    assert page == judged_page(report, batch)
    assert "data:image/webp;base64," in page
    assert "<script" not in page
    assert report.standing.split(":")[0] in page
    assert report.generators[0] in page


def test_real_images_of_other_diagnoses_are_refused(predictor, made, batch, tiny_data):
    with pytest.raises(InputError, match="other diagnoses"):
        judged(predictor, made, batch, replace(tiny_data.part("validation"), classes=("mel", "nv")))
