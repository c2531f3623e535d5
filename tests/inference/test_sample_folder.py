from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brightness_filter import Brightness, brightness

from lesionlab.core.errors import DataError, InputError
from lesionlab.inference import sample_folder
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sample_folder import begin, plan_for, sample_into
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card, write_card
from lesionlab.records.sampling import JOURNAL_NAME, Journal, read_plan
from lesionlab.records.seen_groups import seen_groups
from lesionlab.records.synthetic import Choice, History, Saw, read_history, read_manifest

COUNTS = {"mel": 20, "nv": 10}
FORMS = {"files": {}, "shards": {"images_per_shard": 8}}


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class StoppedError(Exception):
    """What a test stops the work with."""


def stop_at(count: int) -> Callable[..., None]:
    def report(done: float, total: float, **figures: float) -> None:
        if done == count:
            raise StoppedError

    return report


@pytest.fixture
def sampler(make_generator) -> Sampler:
    return Sampler(make_generator())


@pytest.fixture
def judge(sampler: Sampler) -> Brightness:
    """Keep every other melanoma."""
    levels = brightness(sampler.sample([Recipe(seed, "mel") for seed in range(5, 45)]))
    seen = seen_groups(train=[("g1", "i1")])
    choice = Choice("threshold", "validation", "ab", seen_groups(train=[("g2", "i2")]))
    return Brightness(float(np.median(levels)), "agreement", (Saw("filter", "brightness", seen),), (choice,))


def whole(folder: Path, sampler: Sampler, *filters: Brightness, **options: Any) -> dict[str, bytes]:
    plan = plan_for(sampler, COUNTS, 5, sheet=True, filters=filters, **options)
    begin(folder, plan)
    sample_into(folder, sampler, plan, filters)
    return content(folder)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("filtered", [False, True])
def test_a_set_that_was_stopped_anywhere_ends_with_the_same_bytes(
    tmp_path: Path, sampler: Sampler, judge: Brightness, form: str, filtered: bool
) -> None:
    filters = [judge] if filtered else []
    expected = whole(tmp_path / "whole", sampler, *filters, **FORMS[form])
    plan = plan_for(sampler, COUNTS, 5, sheet=True, filters=filters, **FORMS[form])
    folder = tmp_path / "stopped"
    for stop in (1, 9, 16, 29, 30):
        assert not begin(folder, plan)
        with pytest.raises(StoppedError):
            sample_into(folder, sampler, plan, filters, progress=stop_at(stop))
        assert not (folder / "manifest.csv").exists()
    sample_into(folder, sampler, plan, filters)
    assert content(folder) == expected
    assert begin(folder, plan)


KILLED = """
import os, sys
from pathlib import Path
from lesionlab.inference.sample_folder import begin, plan_for, sample_into
from lesionlab.inference.sampler import Sampler
sampler = Sampler(Path(sys.argv[1]))
plan = plan_for(sampler, {"mel": 20, "nv": 10}, 5, sheet=True, images_per_shard=int(sys.argv[3]))
begin(Path(sys.argv[2]), plan)
sample_into(Path(sys.argv[2]), sampler, plan, progress=lambda done, total: done < 21 or os._exit(9))
"""


@pytest.mark.parametrize("form", FORMS)
def test_a_process_that_ends_without_a_word_leaves_what_can_be_gone_on_with(
    tmp_path: Path, sampler: Sampler, form: str
) -> None:
    per_shard = FORMS[form].get("images_per_shard", 0)
    words = [sys.executable, "-c", KILLED, str(sampler.folder), str(tmp_path / "killed"), str(per_shard)]
    assert subprocess.run(words, check=False).returncode == 9
    assert read_plan(tmp_path / "killed") is not None
    with pytest.raises(DataError, match="is not whole"):
        read_manifest(tmp_path / "killed")
    expected = whole(tmp_path / "whole", sampler, **FORMS[form])
    assert whole(tmp_path / "killed", sampler, **FORMS[form]) == expected


@pytest.mark.parametrize("form", FORMS)
def test_files_that_were_lost_or_cut_meanwhile_are_made_again(tmp_path: Path, sampler: Sampler, form: str) -> None:
    expected = whole(tmp_path / "whole", sampler, **FORMS[form])
    plan = plan_for(sampler, COUNTS, 5, sheet=True, **FORMS[form])
    folder = tmp_path / "stopped"
    begin(folder, plan)
    with pytest.raises(StoppedError):
        sample_into(folder, sampler, plan, progress=stop_at(30))
    first, _, last = sorted(path for path in folder.iterdir() if path.suffix in (".png", ".tar"))[:3]
    first.write_bytes(first.read_bytes()[:200])
    last.unlink()
    sample_into(folder, sampler, plan)
    assert content(folder) == expected


def test_killed_between_manifest_and_the_last_step_it_is_whole(tmp_path: Path, sampler: Sampler) -> None:
    expected = whole(tmp_path / "out", sampler)
    (tmp_path / "out" / JOURNAL_NAME).write_text("left over")
    assert begin(tmp_path / "out", plan_for(sampler, COUNTS, 5, sheet=True))
    assert content(tmp_path / "out") == expected


def test_another_plan_is_refused_and_nothing_is_touched(tmp_path: Path, sampler: Sampler) -> None:
    before = whole(tmp_path / "out", sampler)
    with pytest.raises(InputError, match="begun with other options: first seed, truncation"):
        begin(tmp_path / "out", plan_for(sampler, COUNTS, 6, truncation=1.0, sheet=True))
    assert content(tmp_path / "out") == before


def test_another_generator_is_refused(tmp_path: Path, sampler: Sampler, make_generator) -> None:
    whole(tmp_path / "out", sampler)
    other = make_generator("other")
    write_card(other, replace(read_card(other), licence="CC0 1.0"))
    with pytest.raises(InputError, match="begun with other options: generator"):
        begin(tmp_path / "out", plan_for(Sampler(other), COUNTS, 5, sheet=True))


def test_a_second_process_is_refused(tmp_path: Path, sampler: Sampler) -> None:
    plan = plan_for(sampler, COUNTS, 5)
    begin(tmp_path / "out", plan)
    with Journal(tmp_path / "out", plan), pytest.raises(DataError, match="Another process"):
        sample_into(tmp_path / "out", sampler, plan)


@pytest.mark.parametrize("form", FORMS)
def test_a_full_disk_is_told_and_the_set_goes_on(
    tmp_path: Path, sampler: Sampler, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(done: float, total: float, **figures: float) -> None:
        if done == 17:
            raise OSError(errno.ENOSPC, "No space left on device")

    plan = plan_for(sampler, COUNTS, 5, sheet=True, **FORMS[form])
    begin(tmp_path / "out", plan)
    with pytest.raises(DataError, match=r"is full\. 17 of 30 images") as caught:
        sample_into(tmp_path / "out", sampler, plan, progress=fill)
    assert "it goes on" in caught.value.cure
    assert whole(tmp_path / "out", sampler, **FORMS[form]) == whole(tmp_path / "whole", sampler, **FORMS[form])


def test_a_disk_that_is_too_small_is_told_before_anything_is_written(
    tmp_path: Path, sampler: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(sample_folder.shutil, "disk_usage", lambda _: usage._replace(free=29 * 4096))
    plan = plan_for(sampler, COUNTS, 5)
    begin(tmp_path / "out", plan)
    with pytest.raises(DataError, match=r"0 MB free; what is left takes 0 MB\. 0 of 30 images"):
        sample_into(tmp_path / "out", sampler, plan)
    assert not list((tmp_path / "out").glob("*.png"))


def test_a_diagnosis_that_is_not_filled_is_told_and_more_tries_go_on(tmp_path: Path, sampler: Sampler) -> None:
    levels = brightness(sampler.sample([Recipe(seed, "mel") for seed in range(5, 45)]))
    second = int(np.sort(np.argsort(levels)[-2:])[1])  # of the two brightest, the one with the higher seed
    judge = Brightness(float(np.sort(levels)[-2]) - 1e-6)
    plan, folder = plan_for(sampler, {"mel": 2}, 5, filters=[judge]), tmp_path / "out"
    begin(folder, plan)
    with pytest.raises(DataError, match=rf"\(mel: [01] of 2 after {2 * (second // 2)} tries\)") as caught:
        sample_into(folder, sampler, plan, [judge], second // 2)
    assert f"more --tries (now {second // 2})" in caught.value.cure
    tally = sample_into(folder, sampler, plan, [judge], 20)
    assert (tally.kept, tally.tried) == ({"mel": 2}, {"mel": second + 1})
    assert len(read_manifest(folder)) == 2


def test_what_filters_saw_and_what_they_withheld_stands_beside(
    tmp_path: Path, sampler: Sampler, judge: Brightness
) -> None:
    whole(tmp_path / "out", sampler, judge)
    assert read_history(tmp_path / "out") == History(judge.saw, judge.choices)
    kept = read_manifest(tmp_path / "out")
    assert all(image.agreement is not None and image.agreement >= judge.limit for image in kept)
    head, *lines = (tmp_path / "out" / "withheld.csv").read_text().splitlines()
    assert head == "seed,diagnosis,model_sha256,agreement,withheld"
    seeds = {int(line.split(",")[0]) for line in lines if ",mel," in line}
    melanomas = [image.seed for image in kept if image.diagnosis == "mel"]
    assert seeds | set(melanomas) == set(range(5, max(melanomas) + 1))
    assert not seeds & set(melanomas)


def test_attributions_beside_the_model_go_with_the_images(tmp_path: Path, sampler: Sampler) -> None:
    (sampler.folder / "attributions.csv").write_text("source,licence\n")
    assert whole(tmp_path / "out", sampler)["attributions.csv"] == b"source,licence\n"
