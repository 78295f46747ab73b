"""Features do not drift: what the C front end of the first releases made of fixed samples, it makes today.

Models are trained on these very bits; a faster front end has to give them.
"""

import hashlib

import numpy as np
import pytest
from frontend_signals import PINNED_SPECS, clips

from firmware_tools.frontend.host import HostFrontend, frontend_library

PINNED = {
    "demo": "600e34d3b38e8433",
    "mfcc26": "158f8453aeaf4565",
    "mfcc10": "3db6df5067f67735",
    "log_mel480": "cb2acc2b042d09e5",
    "log_mel512": "c2fa6b1c53cdeb01",
    "window256": "3bd1e7e484e8266c",
    "window400": "2fd773627d02e7f2",
    "window401": "9cbb4bf3eec2c318",
    "window640": "5119de632b25b9e3",
    "window642": "179045ed1ca7b265",
    "window1024": "96be4fb1d26d3c49",
    "log_mel1023": "2d95631638a5f632",
    "window128": "478097336f30e4cc",
    "window64": "75f251ade5b822dd",
    "htk": "e36e903181d665c1",
    "wide48k": "84ecb4fc7f107267",
    "narrow8k": "588fc54c773b04fb",
    "deep": "6d396ce430556df0",
    "narrow64": "c28c4947062d0522",
    "high": "c8a54c2fbeac02d9",
}


def test_the_samples_are_the_same_everywhere() -> None:
    assert hashlib.sha256(clips().tobytes()).hexdigest()[:16] == "d75ebe19dec91c72"


@pytest.mark.parametrize("name", PINNED_SPECS)
def test_features_are_those_of_the_first_releases(name: str) -> None:
    features = HostFrontend(PINNED_SPECS[name])(clips())
    assert len(np.unique(features)) > 40
    assert hashlib.sha256(features.tobytes()).hexdigest()[:16] == PINNED[name]


@pytest.mark.parametrize("flags", [("-DKWS_SHORT_MULTIPLY=1",), ("-DKWS_FRONTEND_ODD_TABLE=0",)])
@pytest.mark.parametrize("name", PINNED_SPECS)
def test_other_cores_loops_give_the_same(name: str, flags: tuple[str, ...]) -> None:
    """Products of 16 bits, and no table for the odd rows of the DCT; whatever overflows would trap."""
    spec, made = PINNED_SPECS[name], clips()
    library = frontend_library(spec, (*flags, "-fsanitize=undefined", "-fsanitize-trap=undefined"))
    features = np.empty((len(made), spec.frames(made.shape[1]), spec.features), np.int8)
    library.kws_frontend_batch(made.ctypes.data, len(made), made.shape[1], features.shape[1], features.ctypes.data)
    assert hashlib.sha256(features.tobytes()).hexdigest()[:16] == PINNED[name]
