from lesionlab.records.codec import from_plain
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.study.theatre.first_plan import first_plan


def test_the_plan_fits_its_data_and_its_options_can_train(tiny_data):
    plan = first_plan(tiny_data, 16, 0.2, 5.0, None, 3, range(2))
    assert (plan.split_sha256, plan.classes) == (tiny_data.split.sha256, tiny_data.split.classes)
    assert (plan.generator, plan.seeds) == ({}, (0, 1))
    assert from_plain(ClassifierOptions, plan.classifier, "").total_kimg == 5.0
    trained = first_plan(tiny_data, 16, 0.2, 5.0, 30, 3, range(2))
    assert from_plain(GanOptions, trained.generator, "").total_kimg == 30


def test_a_generator_s_batch_fits_its_list(tiny_data):
    few = first_plan(tiny_data, 16, 0.1, 5.0, 30, 3, range(2))
    assert from_plain(GanOptions, few.generator, "").batch_size == int(0.05 * len(tiny_data.split.rows)) == 5
