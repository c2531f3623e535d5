import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.evaluation.generator import evaluate_generator
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler


def test_agreement_is_counted_per_class_on_the_seeds_named(tiny_generator, tiny_classifier):
    sampler, predictor = Sampler(tiny_generator), Predictor(tiny_classifier)
    report = evaluate_generator(sampler, predictor, per_class=5, first_seed=3)
    confusion = np.array(report.confusion)
    assert confusion.sum(axis=1).tolist() == [5] * 7
    (agreement,) = report.metrics
    assert agreement.value == pytest.approx(np.diag(confusion).mean() / 5)
    assert (agreement.n, agreement.unit, agreement.part) == (35, "images", "synthetic")
    assert agreement.judge == predictor.card.weights_sha256[:12]
    code = sampler.card.classes[2]
    decided = [p.decision for p in predictor.predict(list(sampler.sample([Recipe(3 + i, code) for i in range(5)])))]
    assert confusion[2].tolist() == [decided.count(c) for c in sampler.card.classes]
    assert "seeds 3 to 7" in report.to_text()
    trained = sampler.card.training.images
    assert report.trained_on == report.judge_trained_on == {"procedural": trained}
    assert f"The generator learned from: procedural ({trained} images)" in report.to_text()


def test_no_image_is_refused(tiny_generator, tiny_classifier):
    with pytest.raises(InputError, match="too few"):
        evaluate_generator(Sampler(tiny_generator), Predictor(tiny_classifier), per_class=0)
