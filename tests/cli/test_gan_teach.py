import pytest

from lesionlab.records.card import read_card

QUICK = ("--set", "total_kimg=0.064", "--set", "width=0.0625", "--set", "batch_size=16", "--set", "threads=1")


@pytest.fixture
def asked(own_models, tiny_set):
    return ("gan", "teach", "--model", "painter", "--data", "tiny", *QUICK)


def test_what_the_images_teach_is_told_beside_real_ones_and_enters_the_card(run, asked, own_models):
    result = run(*asked, "--to-card")
    assert result.exit_code == 0, result.output
    assert "TSTR: balanced accuracy of a classifier that learned from synthetic images alone" in result.stdout
    found = next(m for m in read_card(own_models / "painter").metrics if m.name == "tstr")
    assert (found.part, found.unit) == ("validation", "lesions")
    assert set(found.ruler) == {"real images", "chance"}


def test_the_test_part_opens_for_a_purpose_only(refused, asked, home):
    assert "stated purpose" in refused(*asked, "--part", "test")[0]
    assert not (home / "test-openings.csv").exists()
