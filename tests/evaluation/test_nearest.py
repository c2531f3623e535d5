import numpy as np

from lesionlab.evaluation.nearest import Near, nearest_pairs, nearest_sheet
from lesionlab.inference.novelty import Compared
from lesionlab.inference.orientations import oriented
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.records.seen_groups import read_seen_groups


def test_the_lowest_ratios_come_first_with_recipe_and_training_image(tiny_generator):
    sampler = Sampler(tiny_generator)
    ratios = np.linspace(1, 0.3, 35)
    compared = Compared(ratios, np.stack([ratios]), np.arange(35), np.arange(35) % 8)
    found = nearest_pairs(compared, sampler, [5] * 7, 10)
    assert len(found) == 20
    learned = [row.image_id for row in read_seen_groups(tiny_generator, sampler.card).rows if row.use == "train"]
    assert found[0] == Near(sampler.card.classes[-1], 14, ratios[34], learned[34], 2)
    assert [pair.ratio for pair in found] == sorted(ratios)[:20]


def test_the_sheet_lays_each_turned_image_beside_its_training_image(tiny_generator, tiny_data):
    sampler, part = Sampler(tiny_generator), tiny_data.part("train")
    near = [Near("mel", seed, 0.5, part.image_ids[seed], seed) for seed in range(6)]
    found = nearest_sheet(near, sampler, tiny_data)
    assert found.shape == (2 * 18 + 2, 10 * 18 + 2, 3)
    made = sampler.sample([Recipe(1, "mel")])
    assert np.array_equal(found[2:18, 2 + 2 * 18 : 2 + 2 * 18 + 16], oriented(made, 1)[0])
    assert np.array_equal(found[2:18, 2 + 3 * 18 : 2 + 3 * 18 + 16], part.images(16)[1])
