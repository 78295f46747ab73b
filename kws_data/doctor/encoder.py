"""Whether the frozen speech encoder is there, and how long a clip takes it."""

from __future__ import annotations

import time

import numpy as np

from firmware_tools.errors import KwsError
from kws_data.config.encoder import EncoderSettings
from kws_data.doctor.findings import Finding, bad, note, told, well
from kws_data.errors import MissingPackagesError

WHAT, CLIPS = "speech encoder", 10


def speech_encoder(settings: EncoderSettings | None = None) -> Finding:
    """The encoder (the default one when None), which nobody has to have."""
    from kws_data.encoder.encoders import RATE_HZ, make_encoder

    try:
        encoder = make_encoder(settings or EncoderSettings())
    except MissingPackagesError as error:
        return note(WHAT, "not installed; kws embed and teachers of kind encoder need it", error.remedy)
    except KwsError as error:
        return bad(WHAT, told(error), error.remedy)
    began = time.process_time()
    encoder(np.zeros((CLIPS, RATE_HZ), np.int16))
    milliseconds = 1_000 * (time.process_time() - began) / CLIPS
    return well(WHAT, f"{encoder.name} ({encoder.licence}), {milliseconds:.1f} ms a clip of one second")
