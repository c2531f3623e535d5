import dataclasses
import json

import numpy as np
import pytest
from pixel_space import PixelSpace

from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.notice import NOTICE
from lesionlab.evaluation.against_real import Against
from lesionlab.evaluation.generator import evaluate_generator
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.records.codec import to_plain


def test_agreement_is_counted_per_class_on_the_seeds_named(tiny_generator, tiny_classifier):
    sampler, predictor = Sampler(tiny_generator), Predictor(tiny_classifier)
    report = evaluate_generator(sampler, predictor, per_class=5, first_seed=3)
    confusion = np.array(report.confusion)
    assert confusion.sum(axis=1).tolist() == [5] * 7
    agreement = report.metrics[0]
    assert agreement.value == pytest.approx(np.diag(confusion).mean() / 5)
    assert (agreement.of, agreement.n, agreement.unit, agreement.part) == ("macro", 35, "images", "synthetic")
    assert agreement.judge == predictor.card.weights_sha256[:12]
    code = sampler.card.classes[2]
    decided = [p.decision for p in predictor.predict(list(sampler.sample([Recipe(3 + i, code) for i in range(5)])))]
    assert confusion[2].tolist() == [decided.count(c) for c in sampler.card.classes]
    text = report.to_text()
    assert "seeds 3 to 7" in text
    assert "the other figures need real images" in text
    trained = sampler.card.training.images
    assert report.trained_on == report.judge_trained_on == {"procedural": trained}
    assert f"The generator learned from: procedural ({trained} images)" in text


def test_real_images_bring_the_other_figures_each_with_n_space_and_ruler(tiny_generator, tiny_classifier, tiny_data):
    sampler, part = Sampler(tiny_generator), dataclasses.replace(tiny_data.part("train"), name="validation")
    against = Against(part, PixelSpace(16), {"itself": sampler})
    report = evaluate_generator(sampler, Predictor(tiny_classifier), 2, against=against)
    assert (report.data, report.part, report.split_sha256) == ("tiny", "validation", tiny_data.split.sha256)
    assert {m.name for m in report.metrics} >= {"kid", "fid", "agreement"}
    for metric in report.metrics:
        assert metric.n > 0
        assert metric.space or metric.judge
        assert "real images" in metric.ruler
        assert metric.text
    kid = next(m for m in report.metrics if (m.name, m.of) == ("kid", "macro"))
    assert set(kid.ruler) == {"real images", "blur 1 px", "blur 2 px", "blur 4 px", "beside itself"}
    assert kid.ruler["beside itself"] == pytest.approx(kid.value, rel=0.5)
    text = report.to_text()
    assert "This part is for choosing" in text
    assert NOTICE in text
    line = next(line for line in text.splitlines() if line.strip().startswith("mean over classes"))
    assert line.split()[3:5] == [f"{kid.n:,}", kid.text]
    assert json.loads(json.dumps(to_plain(report)))["metrics"][0]["ruler"]["real images"] is not None


def test_no_image_is_refused(tiny_generator, tiny_classifier):
    with pytest.raises(InputError, match="too few"):
        evaluate_generator(Sampler(tiny_generator), Predictor(tiny_classifier), per_class=0)


def test_another_class_list_is_refused(tiny_generator, tiny_classifier, monkeypatch):
    predictor = Predictor(tiny_classifier)
    monkeypatch.setattr(predictor, "card", dataclasses.replace(predictor.card, classes=("a", "b")))
    with pytest.raises(ModelError, match="one class list"):
        evaluate_generator(Sampler(tiny_generator), predictor, per_class=1)
