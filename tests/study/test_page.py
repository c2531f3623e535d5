import re
from dataclasses import replace
from html import unescape

from lesionlab.core.notice import NOTICE
from lesionlab.records.study import StudyPlan
from lesionlab.study.outcome import outcome
from lesionlab.study.page import findings, protocol, study_page


def text(page: str) -> str:
    body = re.sub(r"<(style|svg).*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_the_same_records_give_the_same_bytes_and_need_nothing_beside_them(ladder, done):
    page = study_page(outcome(ladder, done))
    assert page == study_page(outcome(replace(ladder), tuple(reversed(done))))
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert ".chart-mean" in page
    assert NOTICE in page


def test_the_page_tells_findings_values_protocol_and_runs(ladder, done):
    found = outcome(replace(ladder, command="lesionlab study ladder --data tiny"), done)
    told = text(study_page(found))
    assert all(" ".join(sentence.split()) in told for sentence in findings(found))
    for words in (
        *("16 px", "0.512 thousand images", "2 seeds", "no test image was seen", "0.1050 0.1000, 0.1100"),
        *("150 images vgg19-random-0@aaaaaaaaaaaa/16px, vgg19-random-1@bbbbbbbbbbbb/16px", "90 lesions"),
        *("symmetries=true", "Zhao et al. 2020", "blur 2 px 0.0500", "a machine", "2026-11-24", "00000000"),
        *(ladder.split_sha256, "lesionlab study ladder --data tiny", "Without: DiffAugment"),
    ):
        assert words in told, words


def test_what_is_left_is_told(ladder, done):
    assert "more are planned" in text(study_page(outcome(ladder, done[:3])))
    assert "still to be done" in text(study_page(outcome(ladder, done[:3])))
    assert "planned." not in text(study_page(outcome(ladder, done)))
    assert "0 of" in text(study_page(outcome(ladder, ())))


def test_weights_chosen_by_kid_are_told_where_they_were(ladder, done):
    def without_monitor(plan: StudyPlan) -> StudyPlan:
        return replace(plan, arms=tuple(replace(arm, options=arm.options | {"kid_kimg": 0.0}) for arm in plan.arms))

    assert "best by KID" in text(study_page(outcome(ladder, done)))
    assert "best by KID" not in text(study_page(outcome(without_monitor(ladder), ())))


def test_the_page_of_sizes_tells_copies_and_what_real_images_teach(sizes, done_sizes):
    told = text(study_page(outcome(sizes, done_sizes)))
    assert "The size curve: what fewer images cost" in told
    for title in ("Copies of training images", "Balanced accuracy taught by the same real images"):
        assert title in told
    assert "full recipe without" not in told


def test_the_protocol_names_each_figure_once(ladder, done):
    told = protocol(outcome(ladder, done).protocol())
    assert [name for name, _, _ in told] == ["kid_macro", "coverage", "grid_index", "tstr", "trtr"]
    assert dict((name, n) for name, n, _ in told)["trtr"] == "90 lesions"
