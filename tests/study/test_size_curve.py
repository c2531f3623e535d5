from lesionlab.study.outcome import outcome
from lesionlab.study.size_curve import size_curve


def test_the_curve_has_four_panels_over_the_images_that_were_there(sizes, done_sizes):
    svg = size_curve(outcome(sizes, done_sizes))
    for title in ("KID, mean of the classes", "Coverage", "Balanced accuracy taught by synthetic images", "Copies of"):
        assert title in svg
    runs = [[run.images for run in sizes.runs if run.arm == arm.name] for arm in sizes.arms]
    assert all(f">{round(sum(images) / len(images))}</text>" in svg for images in runs)
    assert "training images (logarithmic)" in svg


def test_real_images_stand_beside_synthetic_ones_and_chance_and_false_alarms_below(sizes, done_sizes):
    svg = size_curve(outcome(sizes, done_sizes))
    assert svg.count('class="chart-other-seed"') == 4
    assert "20 images, seed 1, on the real images themselves: 0.400" in svg
    assert "chance 0.143" in svg
    assert "false alarms 0.01" in svg


def test_a_size_that_is_not_done_ends_the_curve(sizes, done_sizes):
    whole, none = size_curve(outcome(sizes, done_sizes)), size_curve(outcome(sizes, []))
    assert whole.count('class="chart-seed"') == 4 * 4 + 1  # and one in the key
    assert none.count('class="chart-seed"') == 1
