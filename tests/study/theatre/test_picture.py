import csv
import io
from dataclasses import replace
from xml.etree import ElementTree

from theatre_records import played

from lesionlab.study.theatre.gains import gains_of
from lesionlab.study.theatre.picture import as_csv, picture
from lesionlab.study.theatre.plan import LEAKS, TITLES

VERDICTS = ("helps", "hurts", "no relevant effect", "inconclusive", "verdict")


def test_the_figure_shows_every_leak_with_its_interval_and_no_word_of_a_verdict(plan):
    honest, gains = gains_of(plan, played(plan, by_image=1.0))
    drawn = picture(plan, honest, gains)
    assert drawn == picture(plan, honest, gains)
    root = ElementTree.fromstring(drawn)
    told = " ".join(text for text in root.itertext() if text.strip())
    assert all(TITLES[leak] in told for leak in LEAKS)
    assert "+50.0 (" in told
    assert "with a generator that repeats what it saw" in told
    assert not any(word in drawn for word in VERDICTS)


def test_a_longer_bar_is_a_larger_gain(plan):
    honest, gains = gains_of(plan, played(plan, by_image=0.75))

    def middle(gain) -> float:
        drawn = picture(plan, honest, [gain, *gains[1:]])
        diamond = ElementTree.fromstring(drawn).findall(".//{*}path[@class='chart-without']")[0]
        return float(diamond.get("d").split()[0][1:])

    less = replace(gains[0], gain=replace(gains[0].gain, estimate=gains[0].gain.estimate - 0.02))
    assert middle(less) < middle(gains[0])


def test_the_table_has_a_line_for_each_scene(plan):
    honest, gains = gains_of(plan, played(plan, by_image=1.0))
    rows = list(csv.DictReader(io.StringIO(as_csv(honest, gains))))
    assert [row["scene"] for row in rows] == ["honest", *LEAKS]
    assert (rows[1]["balanced_accuracy"], rows[1]["gain"]) == ("1.0000", "0.5000")
