import csv

import pytest
from theatre_records import played

from lesionlab.core.home import studies_folder
from lesionlab.study.theatre.first_plan import first_plan
from lesionlab.study.theatre.record import open_theatre

VERDICTS = ("helps", "hurts", "no relevant effect", "inconclusive", "verdict")


@pytest.fixture
def done(home, tiny_data):
    plan = first_plan(tiny_data, 16, 0.2, 1.0, None, 2, range(1))
    theatre = open_theatre(plan)
    for record in played(plan, by_image=1.0):
        theatre.add(record)
    return theatre


def test_table_and_figure_come_from_the_records_alone(run, done):
    result = run("study", "theatre", "--show", "0")
    assert result.exit_code == 0, result.output
    assert "Split by image" in result.stdout
    assert "+50.0" in result.stdout
    assert "20 real training images a fold in every scene" in result.stdout
    assert not any(word in result.stdout for word in VERDICTS)
    first = (done.path / "leaks.svg").read_bytes()
    run("study", "theatre", "--show", done.path)
    assert (done.path / "leaks.svg").read_bytes() == first
    assert (done.path / "leaks.csv").read_text().startswith("scene,")


def test_what_cannot_be_played_or_is_not_there_is_refused(refused, done, tiny_set):
    assert "share is 0.7" in refused("study", "theatre", "--data", "tiny", "--share", "0.7")[0]
    assert "no leak theatre '9'" in refused("study", "theatre", "--show", "9")[0]


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_leak_pays_where_the_generator_repeats_what_it_saw(run, home):
    result = run("study", "theatre", "--threads", "1")
    assert result.exit_code == 0, result.output
    with (studies_folder() / "00000-theatre" / "leaks.csv").open(newline="") as file:
        rows = {row["scene"]: row for row in csv.DictReader(file)}
    for leak in ("by-image", "saw-test", "mixed", "withheld"):
        assert float(rows[leak]["low_95"]) > 0, rows[leak]
