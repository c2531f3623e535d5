import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.metrics.fid import fid
from lesionlab.metrics.kid import kid
from lesionlab.metrics.prdc import prdc
from lesionlab.metrics.quality import quality


def test_one_pass_gives_what_the_three_metrics_give():
    draw = np.random.default_rng(0)
    real, fake = (np.maximum(draw.normal(0.5 + s, 1, (n, 32)), 0).astype(np.float32) for s, n in ((0, 600), (0.2, 300)))
    found = quality(real, fake, 3)
    assert found.fid == fid(real, fake)
    assert found.kid == kid(real, fake)
    assert found.prdc == prdc(real, fake, 3)


def test_too_few_images_are_refused():
    with pytest.raises(InputError, match="5 images are too few"):
        quality(np.zeros((5, 4), np.float32), np.zeros((9, 4), np.float32))
