"""Several front ends at once give what each gives alone."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_tools.errors import FrontendError
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.host_many import HostFrontends
from firmware_tools.frontend.spec import FrontendSpec

MFCC, MEL = FrontendSpec(coefficients=10), FrontendSpec(kind="log_mel")
SHORT = FrontendSpec(window_samples=400, hop_samples=160, mel_bands=21, coefficients=13)


@pytest.mark.parametrize("specs", [(MFCC,), (MFCC, MEL), (MEL, SHORT, MFCC, FrontendSpec()), (SHORT, SHORT)])
def test_the_same_bits_as_alone(specs: tuple[FrontendSpec, ...]) -> None:
    rng = np.random.default_rng(3)
    clips = rng.normal(0, 10 ** rng.uniform(0, 4, (20, 1)), (20, 8_000)).clip(-32_768, 32_767).astype(np.int16)
    clips[0], clips[1] = 0, 32_767
    together = HostFrontends(specs)(clips[:, ::2])
    alone = [HostFrontend(spec)(clips[:, ::2]) for spec in specs]
    assert len(together) == len(specs)
    assert all(np.array_equal(one, other) for one, other in zip(together, alone, strict=True))


def test_wrong_clips_are_refused_as_by_one() -> None:
    for wrong in (np.zeros((1, 8_000), np.float32), np.zeros(8_000, np.int16), np.zeros((1, 100), np.int16)):
        with pytest.raises(FrontendError):
            HostFrontends((MFCC, MEL))(wrong)
