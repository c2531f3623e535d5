import re
from dataclasses import replace
from html import unescape

from lesionlab.core.notice import NOTICE
from lesionlab.records.effect import ShareOutcome, read_effect, write_effect
from lesionlab.study.effect_page import SHOWN, Beside, effect_page, plain


def text(page: str) -> str:
    body = re.sub(r"<(style|svg).*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_the_same_record_gives_the_same_bytes_and_needs_nothing_beside_it(effect, tmp_path):
    page = effect_page(effect)
    assert page == effect_page(read_effect(write_effect(tmp_path, effect)))
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert NOTICE in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(set(ids)) == len(ids)


def test_the_verdict_comes_first_in_plain_words(effect):
    told = text(effect_page(effect))
    verdict = told.index("With 25% of the real images: synthetic images help")
    assert verdict < told.index("What was asked")
    assert "The synthetic images gave" in told[: verdict + 1500]
    assert "of what as many new real images gave" in told


def test_it_tells_all_that_a_critic_asks_for(effect):
    told = text(effect_page(effect))
    for words in (
        *("Every arm", "Held-back real images in the synthetic slots", "dose 0.5", "5 folds, 2 seeds", "raw-dose25"),
        *("With 50% of the real images", "Each diagnosis", "Holm", "Melanoma mel", "Debunk it yourself", "hide-replay"),
        *("all of them", "How the arms were chosen", "as the best with", "Leaks, looked for", "The protocol"),
        *(effect.frozen.protocol_sha256, effect.images_sha256, "sweep_shares = [0.5]", "python 3", "None diverged"),
        *("Every opening of a test part", "2026-01-01T00:00:00+00:00", "lesionlab study run", "none on this data"),
    ):
        assert words in told, words
    assert all(opening.purpose in told for opening in effect.openings)
    assert all(line.name in told for line in effect.trainings)


def test_every_figure_has_a_sentence():
    assert all(len(plain(name)[1]) > 20 for name in SHOWN)
    assert plain("macro_auc") == (
        "AUC",
        "How often a case of a diagnosis gets more of its probability than another lesion; mean",
    )


def test_what_is_not_done_or_went_wrong_is_told(effect):
    line, check = effect.trainings[0], effect.checks[0]
    torn = replace(
        effect,
        left=3,
        choice=None,
        shares=(ShareOutcome(1.0, (), missing="'raw' has no training in fold 0."),),
        trainings=(replace(line, diverged=True), *effect.trainings[1:]),
        checks=(replace(check, passed=False), *effect.checks[1:]),
        earlier=(replace(effect.frozen, protocol_sha256="e" * 64),),
    )
    told = text(effect_page(torn))
    for words in (
        *("3 trainings that the verdicts rest on are still to be done", "not done yet", "There is no verdict yet"),
        *(f"{line.name} diverged", "NO", "eeeeeeeeeeee ,"),
    ):
        assert words in told, words


def test_pictures_of_other_studies_stand_in_it(effect):
    page = effect_page(effect, [Beside("The recipe", "<svg><title>stairs</title></svg>", ("A sentence.",))])
    assert "<svg><title>stairs</title></svg>" in page
    assert "The recipe A sentence." in text(page)
