from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from lesionlab.core.licences import find_licence
from lesionlab.core.notice import HAM10000_ATTRIBUTION, NOTICE, SKIN_TONE_LIMIT
from lesionlab.curate.publish_card import Facts, publish_card
from lesionlab.records.card import ImageSpec, Metric, ModelCard, Training
from lesionlab.records.sampling import FilterUse, SamplingPlan
from lesionlab.records.seen_groups import seen_groups
from lesionlab.records.synthetic import Choice, History, Saw

SEEN = seen_groups(train=[("g1", "i1"), ("g1", "i2")], validation=[("g2", "i3")])
METRIC = Metric("kid", 0.0312, 500, "images", "validation", of="macro", space="isic-vgg", low=0.02, high=0.04)
CARD = ModelCard(
    "generator",
    "DCGAN <64>",
    "layers",
    ImageSpec(64),
    ("mel", "nv"),
    "ab" * 32,
    1_200_000,
    Training("train", {}, "ham10000", "cd" * 32, 7009, {"mel": 779, "nv": 4691}, 500.0, 1.0, {}),
    "00",
    "CC BY-NC 4.0",
    HAM10000_ATTRIBUTION,
    metrics=(replace(METRIC, ruler={"real images": 0.001}, caveat="rank deficient"),),
)


@pytest.fixture
def facts() -> Facts:
    licence = find_licence(CARD.licence)
    assert licence is not None
    plan = SamplingPlan({}, {"mel": 1500, "nv": 20}, 100)
    history = History()
    return Facts("a: set", CARD, licence, plan.counts, "images/mel-1.png", plan, Counter(), history, SEEN, False)


def test_it_opens_with_what_the_hub_reads_and_the_notice(facts: Facts) -> None:
    head, _, body = publish_card(facts).removeprefix("---\n").partition("---\n")
    assert "license: cc-by-nc-4.0\n" in head
    assert 'pretty_name: "a: set"\n' in head
    assert '"1K<n<10K"' in head
    assert "- synthetic\n" in head
    assert f"**{NOTICE}**" in body[:120]


def test_it_tells_licence_attribution_limits_and_intended_use(facts: Facts) -> None:
    page = publish_card(facts)
    assert "[CC BY-NC 4.0](https://creativecommons.org/licenses/by-nc/4.0/)" in page
    assert "doi:10.7910/DVN/DBW86T" in page
    assert SKIN_TONE_LIMIT in page
    assert "Not for diagnosis" in page
    assert "it is no finding" in page


def test_a_figure_stands_with_n_space_interval_ruler_and_caveat(facts: Facts) -> None:
    row = ("kid, macro", "0.0312 (0.02 to 0.04)", "500 images, validation", "`isic-vgg`", "real images 0.001")
    assert f"| {' | '.join(row)} | rank deficient |" in publish_card(facts)
    bare = replace(facts, card=replace(CARD, metrics=()))
    assert "Nothing was measured" in publish_card(bare)


def test_it_tells_seeds_truncation_and_that_nothing_was_withheld(facts: Facts) -> None:
    page = publish_card(facts)
    assert "Seeds from 100 upwards" in page
    assert "Truncation of the latents: none." in page
    assert "No filter" in page
    assert "| all |  | 1,520 |" in page


def test_it_tells_filters_what_they_withheld_and_where_their_limits_come_from(facts: Facts) -> None:
    assert facts.plan is not None
    uses = (FilterUse("agreement", "ef" * 32, 0.25), FilterUse("novelty", "12" * 32, 0.5))
    page = publish_card(
        replace(
            facts,
            plan=replace(facts.plan, filters=uses, truncation=1.5),
            withheld=Counter(agreement=70, novelty=10),
            history=History((Saw("filter", "ef" * 32, SEEN),), (Choice("threshold", "validation", "34" * 32, SEEN),)),
        )
    )
    assert "probability below 0.25: 70 of 1,600 images made (judge `efefefefefef`)" in page
    assert "(ratio below 0.5) that it counts as a copy: 10 of 1,600" in page
    assert "The threshold was chosen on the validation part of split `343434343434` (3 real images)." in page
    assert "filter `efefefefefefefefefefefef`: 3 real images of 2 lesion groups" in page
    assert "1.5 standard deviations" in page


def test_it_tells_what_the_generator_saw_and_how_to_make_an_image_again(facts: Facts) -> None:
    page = publish_card(facts)
    assert "generator: 3 real images of 2 lesion groups" in page
    assert "lesionlab inspect images/mel-1.png --model FOLDER" in page
    assert "lesionlab inspect images/mel-1.png --model generator" in publish_card(replace(facts, with_model=True))
    assert "ab" * 32 in page


def test_words_from_elsewhere_do_nothing_to_the_page(facts: Facts) -> None:
    page = publish_card(facts)
    assert "DCGAN \\<64\\>" in page
    assert "DCGAN <64>" not in page
