"""The host's engine over a recording: one call gives what one window after the other gives."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_models import keyword_model

from firmware_tools.engine.host import HostEngine
from firmware_tools.errors import ModelError

FRAMES, FEATURES = 49, 10
MODEL = keyword_model(frames=FRAMES, features=FEATURES, channels=8, blocks=1, kernel=3, labels=4, seed=2)


def rows(count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(-128, 128, (count, FEATURES)).astype(np.int8)


@pytest.mark.parametrize(("count", "stride"), [(48, 1), (49, 3), (50, 1), (130, 3), (131, 7), (60, 100)])
def test_a_sliding_window_gives_what_each_window_alone_gives(count: int, stride: int) -> None:
    engine, frames = HostEngine(MODEL), rows(count)
    starts = range(0, count - FRAMES + 1, stride)
    alone = [engine(frames[np.newaxis, at : at + FRAMES, np.newaxis])[0] for at in starts]
    np.testing.assert_array_equal(engine.windows(frames, stride), np.array(alone, np.int8).reshape(-1, 4))


def test_rows_that_the_model_cannot_slide_over_are_refused() -> None:
    engine, frames = HostEngine(MODEL), rows(60)
    for wrong, stride in (
        (frames, 0),
        (frames.astype(np.int16), 1),
        (frames[:, :9], 1),
        (frames[0], 1),
        (frames[:, :0], 1),
    ):
        with pytest.raises(ModelError, match="cannot slide"):
            engine.windows(wrong, stride)
