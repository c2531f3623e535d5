import numpy as np

from lesionlab.evaluation.sampled import labels_of, sampled
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler


def test_images_come_class_after_class_by_seeds_in_a_row(tiny_generator):
    sampler = Sampler(tiny_generator)
    seen = []
    counts = [0, 2, 0, 0, 1, 0, 3]
    found = sampled(sampler, counts, 5, lambda done, total, **_: seen.append((done, total)))
    codes = sampler.card.classes
    recipes = [(5, codes[1]), (6, codes[1]), (5, codes[4]), *((5 + i, codes[6]) for i in range(3))]
    assert np.array_equal(found, sampler.sample([Recipe(*each) for each in recipes]))
    assert labels_of(counts).tolist() == [1, 1, 4, 6, 6, 6]
    assert seen == [(6, 6)]
