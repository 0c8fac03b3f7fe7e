"""TranslationProtocol: its numbers by hand, with pairs and without."""

import numpy as np
import pytest

from keras_gans.metrics import PixelProtocol, TranslationProtocol


def flat(*values):
    """Grey images of one value each."""
    return np.float32(values).reshape(-1, 1, 1, 1) * np.ones((1, 16, 16, 3), np.float32)


def test_pairs_by_hand():
    x, y = flat(0.0, 0.5), flat(1.0, -0.5)  # 1 apart on both
    protocol = TranslationProtocol(x, y, paired=True, split="test")
    y_fake, x_fake = flat(0.5, -0.5), flat(0.25, 1.0)  # away from y by 0.5 and 0, from x by 0.25 and 0.5
    found = protocol(y_fake, x_fake, flat(0.0, 0.0), flat(1.0, -0.25))
    assert found == {
        "translations": {"over_identity": 0.3125},
        "forward": {"mean_absolute_error": 0.25, "of_identity": 1.0, "over_identity": 0.25},
        "backward": {"mean_absolute_error": 0.375, "of_identity": 1.0, "over_identity": 0.375},
        "cycle": {"mean_absolute_error_x": 0.25, "mean_absolute_error_y": 0.125},
        "real": {"num_x": 2, "num_y": 2, "paired": True, "split": "test"},
    }
    assert protocol(y)["translations"]["over_identity"] == 0.0
    one_way = protocol(x)
    assert one_way["translations"]["over_identity"] == 1.0
    assert set(one_way) == {"translations", "forward", "real"}


def test_without_pairs_the_order_means_nothing_and_numbers_may_differ():
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1, 0, (6, 16, 16, 3)), rng.uniform(0, 1, (9, 16, 16, 3))
    protocol = TranslationProtocol(x, y, paired=False)
    found = protocol(x + 1, y[::-1] - 1)
    for way, real, sources, made in (("forward", y, x, x + 1), ("backward", x, y, y - 1)):
        of = lambda images: PixelProtocol(real)(images)["sliced_wasserstein"]["sliced_wasserstein"]  # noqa: B023, E731
        assert found[way]["sliced_wasserstein"] == pytest.approx(of(made))
        assert found[way]["of_identity"] == pytest.approx(of(sources))
        assert found[way]["over_identity"] == pytest.approx(of(made) / of(sources))
    both = [found[way]["over_identity"] for way in ("forward", "backward")]
    assert found["translations"]["over_identity"] == pytest.approx(np.mean(both))
    assert max(both) < 0.5
    assert found["real"] == {"num_x": 6, "num_y": 9, "paired": False, "split": None}


@pytest.mark.parametrize(
    ("x", "y", "paired", "message"),
    [
        (flat(0, 1), flat(0, 1, 1), True, "Expected images of one shape, and of pairs as many"),
        (flat(0, 1), flat(0, 1)[..., :1], False, r"y of shape \(2, 16, 16, 1\)"),
        (flat(0, 1), flat(0, 1), True, "x and y are the same images"),
        (flat(0, 1), flat(1, 0), False, "x and y are the same images"),
    ],
)
def test_refuses(x, y, paired, message):
    with pytest.raises(ValueError, match=message):
        TranslationProtocol(x, y, paired)
