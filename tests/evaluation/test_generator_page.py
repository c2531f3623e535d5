import re
import shutil

import pytest

from lesionlab.core.notice import NOTICE
from lesionlab.evaluation.generator import GeneratorReport
from lesionlab.evaluation.generator_page import generator_page
from lesionlab.records.card import Metric

RULER = {"real images": 0.00012, "blur 2 px": 0.5}
KID = Metric("kid", 0.0123, 745, "images", "test", of="macro", space="vgg@0/64px", low=0.01, high=0.02, ruler=RULER)
FID = Metric("fid", 84.1, 745, "images", "test", space="vgg@0/64px", caveat="biased upwards: 745 images")


@pytest.fixture
def report():
    judged = Metric("agreement", 0.5, 4, "images", "synthetic", "abc", of="macro")
    metrics = (KID, FID, judged)
    return GeneratorReport("a" * 64, "b" * 64, 3, 4, ("mel", "nv"), metrics, ((1, 1), (0, 2)), {}, {}, "ham", "c" * 64)


def test_the_page_tells_value_interval_n_space_and_ruler_and_loads_nothing(report, tiny_generator):
    html = generator_page(GeneratorReport(**{**vars(report), "part": "test"}), tiny_generator)
    for words in ("0.0123", "0.01 to 0.02", "745", "0.00012", "0.500", "vgg@0/64px", "mean over classes", NOTICE):
        assert words in html
    assert "All images: biased upwards: 745 images." in html
    assert "seeds 3 to 4 of each class" in html
    assert "data:image/webp;base64," in html
    assert re.search(r'(src|href)="(?!data:|#)', html) is None
    assert "for choosing" not in html
    assert html == generator_page(GeneratorReport(**{**vars(report), "part": "test"}), tiny_generator)


def test_without_real_images_or_a_sheet_it_says_so(report, tiny_generator, tmp_path):
    folder = shutil.copytree(tiny_generator, tmp_path / "export")
    (folder / "samples.webp").unlink()
    html = generator_page(report, folder)
    assert "agreement alone was measured" in html
    assert "data:image" not in html
