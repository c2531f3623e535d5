from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_reference import extractors, pictures, small_reference

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import InputError, LeakError, ModelError
from lesionlab.core.files import sha256_of
from lesionlab.core.seeds import derive_seed
from lesionlab.inference.filters import SURE_AS, Agreement, Novel
from lesionlab.inference.novelty import Novelty
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.reference import write_reference
from lesionlab.records.calibration import Calibration, PredictionSets
from lesionlab.records.card import read_card, write_card
from lesionlab.records.seen_groups import read_seen_groups, seen_groups, write_seen_groups

LEVELS = np.random.default_rng(derive_seed("filters")).integers(0, 256, (5, 8, 8, 3), np.uint8)


@pytest.fixture
def predictor(make_classifier) -> Predictor:
    seen = seen_groups(train=[("g1", "i1")])
    folder = make_classifier(groups_sha256=seen.sha256)
    write_seen_groups(folder, seen)
    return Predictor(folder)


def test_the_score_is_the_probability_of_the_diagnosis_asked_for(predictor):
    codes = ["mel", "nv", "df", "mel", "vasc"]
    scores = Agreement(predictor, 0.5).scores(LEVELS, codes)
    expected = [
        float(found.probabilities[predictor.card.classes.index(code)])
        for found, code in zip(predictor.predict(list(LEVELS)), codes, strict=True)
    ]
    assert scores.tolist() == expected
    assert len(set(expected)) == 5


def test_a_calibrated_classifier_does_not_hold_it_against_a_diagnosis_that_it_is_rare(predictor):
    prior = dict(zip(HAM10000_CODES, (0.03, 0.05, 0.1, 0.01, 0.1, 0.7, 0.01), strict=True))
    sets = PredictionSets(0.1, dict.fromkeys(HAM10000_CODES), ())
    calibration = Calibration({code: float(np.log(p)) for code, p in prior.items()}, "x", "0" * 64, 0, 9, {}, sets)
    judge = Agreement(predictor, 0.5)
    even = judge.scores(LEVELS, ["df"] * 5)
    card = replace(predictor.card, prior=prior, calibration=calibration)
    write_card(predictor.folder, card)
    calibrated = Predictor(predictor.folder)
    assert all(p.probabilities[3] < q / 2 for p, q in zip(calibrated.predict(list(LEVELS)), even, strict=True))
    assert Agreement(calibrated, 0.5).scores(LEVELS, ["df"] * 5) == pytest.approx(even, rel=1e-5)


def test_its_use_names_the_classifier_and_the_limit(predictor):
    use = Agreement(predictor, 0.25).use
    assert (use.name, use.judge, use.limit) == ("agreement", predictor.card.weights_sha256, 0.25)


@pytest.mark.parametrize("limit", [-0.1, 1.1, float("nan")])
def test_a_limit_that_is_no_probability_is_refused(predictor, limit):
    with pytest.raises(InputError, match=r"is outside 0\.\.1"):
        Agreement(predictor, limit)


def test_a_diagnosis_that_the_classifier_does_not_know_is_refused(predictor):
    judge = Agreement(predictor, 0.5)
    judge.check(["mel", "nv"])
    with pytest.raises(ModelError, match="does not know scc"):
        judge.check(["mel", "scc"])


def test_a_classifier_of_unknown_provenance_is_refused_before_anything_is_sampled(make_classifier):
    with pytest.raises(LeakError, match="provenance unknown"):
        Agreement(Predictor(make_classifier()), 0.5)


@pytest.fixture
def generator(make_generator) -> Path:
    seen = seen_groups(train=[(f"g{n}", f"i{n}") for n in range(60)], validation=[("g60", "i60")])
    folder = make_generator(groups_sha256=seen.sha256)
    write_seen_groups(folder, seen)
    write_reference(folder, small_reference(pictures(60, 0), seen.sha256))
    return folder


def test_a_copy_scores_below_the_limit_and_a_lesion_of_its_own_above(generator):
    novel = Novel(generator, Novelty(generator, extractors()))
    codes = ["mel"] * 20
    assert (novel.scores(pictures(60, 0)[:20], codes) < novel.use.limit).all()
    assert (novel.scores(pictures(20, 1), codes) >= novel.use.limit).all()


def test_it_tells_what_its_reference_holds_and_where_its_limit_comes_from(generator, predictor):
    novelty = Novelty(generator, extractors())
    novel = Novel(generator, novelty, [predictor.folder])
    reference, space = novel.saw
    assert (reference.role, reference.name) == ("novelty reference", sha256_of(generator / "reference.npz"))
    assert reference.seen.images() == {f"i{n}" for n in range(60)}
    assert (space.role, space.name) == ("feature space", predictor.card.weights_sha256)
    (choice,) = novel.choices
    facts = novelty.reference.facts
    assert (choice.what, choice.part, choice.split_sha256) == ("threshold", facts.part, facts.split_sha256)
    assert choice.seen == novelty.reference.held_out
    assert (novel.use.name, novel.use.limit) == ("novelty", novelty.limit)


def test_it_tells_what_its_classifier_saw_and_where_its_limit_comes_from(tiny_classifier, tiny_data):
    predictor, part = Predictor(tiny_classifier), tiny_data.part("validation")
    judge = Agreement.from_validation(predictor, part)
    sure = sorted(
        float(found.probabilities[label])
        for found, label in zip(predictor.predict(list(part.images(16))), part.labels, strict=True)
        if found.decision == part.classes[label]
    )
    assert judge.use.limit == pytest.approx(float(np.quantile(sure, SURE_AS)), abs=1e-6)
    (saw,), (choice,) = judge.saw, judge.choices
    card = read_card(tiny_classifier)
    assert (saw.role, saw.name, saw.seen) == ("filter", card.weights_sha256, read_seen_groups(tiny_classifier, card))
    assert (choice.what, choice.part, choice.split_sha256) == ("threshold", "validation", tiny_data.split.sha256)
    assert choice.seen.images() == set(part.image_ids)


def test_a_limit_is_not_taken_from_images_that_the_classifier_learned_from(tiny_classifier, tiny_data):
    with pytest.raises(LeakError, match=r"learned from 77 of the 77 images of the train part"):
        Agreement.from_validation(Predictor(tiny_classifier), tiny_data.part("train"))
