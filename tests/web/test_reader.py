from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from lesionlab.data.prepared import PreparedData
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card
from lesionlab.records.seen_groups import read_seen_groups
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig
from lesionlab.web.reader_pictures import NoRealSideError, Picture, draw_pictures

pytestmark = pytest.mark.usefixtures("data_at_hand")


def begun(client: FlaskClient, **fields: str) -> str:
    response = client.post("/reader", data={"count": "10", "seed": "5"} | fields)
    assert response.status_code == 303, response.text
    return response.headers["Location"]


def answered(client: FlaskClient, game: str, said: str, number: int) -> TestResponse:
    return client.post(game, data={"number": str(number), "answer": said})


def played(client: FlaskClient, said: str = "synthetic", **fields: str) -> str:
    game = begun(client, **fields)
    for number in range(1, 11):
        assert answered(client, game, said, number).headers["Location"] == game
    return game


@pytest.fixture
def pictures(app: APIFlask) -> tuple[Picture, ...]:
    with app.test_request_context():
        return draw_pictures(10, seed=5)


def test_half_are_real_and_each_diagnosis_is_as_often_real_as_synthetic(pictures: tuple[Picture, ...]) -> None:
    kinds = {kind: Counter(p.diagnosis for p in pictures if p.synthetic == kind) for kind in (True, False)}
    assert kinds[True] == kinds[False]
    assert sum(kinds[True].values()) == 5


def test_real_ones_are_of_lesions_that_the_generator_did_not_learn_from(
    pictures: tuple[Picture, ...], config: WebConfig, data_at_hand: PreparedData
) -> None:
    group = {row.image_id: row.group for row in data_at_hand.split.rows}
    shown = [group[picture.name] for picture in pictures if not picture.synthetic]
    assert len(set(shown)) == len(shown) == 5
    assert not set(shown) & read_seen_groups(config.generator, read_card(config.generator)).groups("train")
    assert {row.part for row in data_at_hand.split.rows if row.group in shown} == {"validation"}


def test_the_same_seed_draws_the_same_and_another_another(app: APIFlask, pictures: tuple[Picture, ...]) -> None:
    with app.test_request_context():
        assert draw_pictures(10, seed=5) == pictures
        assert draw_pictures(10, seed=6) != pictures


def test_the_order_tells_nothing(app: APIFlask) -> None:
    with app.test_request_context():
        firsts = [draw_pictures(10, seed)[0].synthetic for seed in range(24)]
    assert 4 <= sum(firsts) <= 20


def test_a_synthetic_picture_is_the_one_that_its_page_shows(pictures: tuple[Picture, ...], config: WebConfig) -> None:
    picture = next(picture for picture in pictures if picture.synthetic)
    pixels = np.asarray(Image.open(io.BytesIO(picture.png)))
    assert np.array_equal(pixels, Sampler(config.generator).sample([Recipe(int(picture.name), picture.diagnosis)])[0])


def test_nothing_but_the_pixels_differs_between_the_two_kinds(
    client: FlaskClient, pictures: tuple[Picture, ...]
) -> None:
    game = begun(client)
    seen: dict[bool, set[tuple[object, ...]]] = {True: set(), False: set()}
    for number, picture in enumerate(pictures, start=1):
        response = client.get(f"{game}/{number}.png", headers={"X-Request-ID": "of-a-test"})
        chunks = tuple(re.findall(rb"IHDR|IDAT|IEND|[a-z][A-Z]Xt|eXIf|iCCP|tIME|pHYs", response.data))
        assert Image.open(io.BytesIO(response.data)).info == {}
        seen[picture.synthetic].add((len(response.data), chunks, tuple(sorted(response.headers.items()))))
        answered(client, game, "real", number)
    assert seen[True] == seen[False]
    assert len(seen[True]) == 1
    assert ("Cache-Control", "no-store") in next(iter(seen[True]))[2]


def test_the_page_of_a_picture_is_the_same_whatever_it_is(client: FlaskClient, pictures: tuple[Picture, ...]) -> None:
    game, pages = begun(client), set()
    for number in range(1, 11):
        page = client.get(game).text
        assert not any(picture.name in page for picture in pictures)
        pages.add(re.sub(r"[\d.]+", "n", page.replace(game, "game")))
        answered(client, game, "real", number)
    assert len(pages) == 1


def test_no_picture_comes_before_its_turn_and_no_table_before_the_end(client: FlaskClient, refused) -> None:
    game = begun(client)
    refused(client.get(f"{game}/2.png"), 409)
    refused(client.get(f"{game}/0.png"), 409)
    refused(client.get(f"{game}/answers.csv"), 409)
    answered(client, game, "real", 1)
    assert client.get(f"{game}/2.png").status_code == 200


def test_the_first_answer_counts_and_none_comes_out_of_turn(client: FlaskClient) -> None:
    game = begun(client)
    for number, said in ((1, "real"), (1, "synthetic"), (5, "synthetic")):
        answered(client, game, said, number)
    assert "Picture 2 of 10" in client.get(game).text
    for number in range(2, 11):
        answered(client, game, "real", number)
    rows = list(csv.DictReader(io.StringIO(client.get(f"{game}/answers.csv").text)))
    assert [row["answer"] for row in rows] == ["real"] * 10


def test_the_score_stands_with_its_interval_beside_guessing_and_the_dermatologists(
    client: FlaskClient, as_page
) -> None:
    text = as_page(client.get(played(client)).text).text
    assert "5 of 10 told rightly" in text
    assert "between 24 and 76%" in text  # Wilson's interval of 5 in 10
    assert "guessing might give" in text
    assert "66.5%" in text
    assert "Real 0 of 5 0% 0 to 43%" in text


def test_the_table_tells_truth_answer_and_how_to_see_it_again(
    client: FlaskClient, pictures: tuple[Picture, ...], config: WebConfig
) -> None:
    response = client.get(f"{played(client)}/answers.csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["truth"] == "synthetic" for row in rows] == [picture.synthetic for picture in pictures]
    assert [row["right"] for row in rows] == ["1" if picture.synthetic else "0" for picture in pictures]
    assert [row["synthetic_seed"] or row["real_image_id"] for row in rows] == [picture.name for picture in pictures]
    assert {row["game_seed"] for row in rows} == {"5"}


def test_the_end_tells_what_each_was_and_links_to_the_synthetic_ones(client: FlaskClient, page_of) -> None:
    game = played(client)
    page = page_of(game)
    links = [link for link in page.links if link.startswith("/synthetic/")]
    assert len(links) == 5
    assert all(client.get(link).status_code == 200 for link in links)
    assert all(client.get(f"{game}/{number}.png").status_code == 200 for number in range(1, 11))


def test_without_a_seed_one_is_drawn(client: FlaskClient) -> None:
    one, other = (played(client, seed="") for _ in range(2))
    assert one != other
    seeds = [re.findall(r"Seed (\d+):", client.get(game).text) for game in (one, other)]
    assert seeds[0] != seeds[1]


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"count": "11"}, "Choose 10, 20, 40."), ({"count": "x"}, "no whole number"), ({"seed": "-1"}, "Seed -1")],
)
def test_bad_games_are_refused(client: FlaskClient, refused: Callable[..., str], fields: dict[str, str], words: str):
    assert words in refused(client.post("/reader", data={"count": "10", "seed": "5"} | fields), 400)


def test_bad_answers_are_refused(client: FlaskClient, refused: Callable[..., str]) -> None:
    game = begun(client)
    assert "Answer real or synthetic." in refused(answered(client, game, "both", 1), 400)
    refused(client.post(game, data={"answer": "real"}), 400)


def test_a_game_that_is_not_in_memory_says_so(client: FlaskClient, refused: Callable[..., str]) -> None:
    assert "Begin another one." in refused(client.get("/reader/AAAAAAAAAAAAAAAAAAAA"), 404)
    refused(client.get("/reader/AAAAAAAAAAAAAAAAAAAA/1.png"), 404)


def test_a_form_on_another_site_begins_and_answers_nothing(client: FlaskClient, refused: Callable[..., str]) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    refused(client.post("/reader", data={"count": "10"}, headers=foreign), 403)
    game = begun(client)
    refused(client.post(game, data={"number": "1", "answer": "real"}, headers=foreign), 403)
    assert "Picture 1 of 10" in client.get(game).text


def test_without_real_images_the_page_says_what_to_do(
    config: WebConfig, home, monkeypatch: pytest.MonkeyPatch, as_page, refused: Callable[..., str]
) -> None:
    monkeypatch.setenv("LESIONLAB_HOME", str(home))
    client = create_app(config).test_client()
    page = as_page(client.get("/reader").text)
    assert "There are no real images to set beside." in page.text
    assert "lesionlab data prepare" in page.text
    assert "/generate" in page.links
    refused(client.post("/reader", data={"count": "10"}), 409)


def test_too_few_lesions_are_told(app: APIFlask, client: FlaskClient) -> None:
    with app.test_request_context(), pytest.raises(NoRealSideError, match="lesions are held out"):
        draw_pictures(1000, seed=1)
