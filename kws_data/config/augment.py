"""Settings of the augmentation chain: what each transform may do, and how often."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from kws_data.config.base import Settings, Share

Tempo = Annotated[float, Field(ge=0.25, le=4.0)]
Semitones = Annotated[float, Field(ge=-12.0, le=12.0)]
Factor = Annotated[float, Field(ge=0.7, le=1.4)]
Decibels = Annotated[float, Field(ge=-100.0, le=100.0)]
Percent = Annotated[float, Field(ge=0.0, le=100.0)]
Hertz = Annotated[float, Field(ge=10.0, le=24_000.0)]
RoomSize = Annotated[float, Field(ge=1.5, le=50.0)]
Metres = Annotated[float, Field(gt=0.0, le=50.0)]
Seconds = Annotated[float, Field(ge=0.05, le=3.0)]
Codec = Literal["mu_law", "adpcm", "telephone"]


class AugmentSettings(Settings):
    """What happens to each copy of a training clip before its features are computed."""

    copies: int = Field(8, ge=1, le=64, description="augmented copies of each training clip; the first is untouched")
    negative_copies: int = Field(
        6,
        ge=1,
        le=64,
        exclude_if=lambda copies: copies == 6,  # configurations from before there were negatives keep their keys
        description="augmented copies of each training stretch of data.negatives; the first is untouched",
    )
    shift_ms: float = Field(100.0, ge=0, le=500)
    gain_db: tuple[Decibels, Decibels] = (-10.0, 6.0)
    noise_probability: Share = Field(0.8, description="share of the copies with noise under the word")
    speech_share: Share = Field(
        0.0,
        exclude_if=lambda share: share == 0.0,  # what has none keeps its keys
        description="of the noise, running speech of training negatives, where data.negatives has some",
    )
    noise_snr_db: tuple[Decibels, Decibels] = (0.0, 30.0)
    tempo_probability: Share = Field(0.0, description="share of the copies that are said faster or slower")
    tempo: tuple[Tempo, Tempo] = (0.9, 1.1)
    pitch_probability: Share = Field(0.0, description="share of the copies in a higher or lower voice")
    pitch_semitones: tuple[Semitones, Semitones] = (-2.0, 2.0)
    eq_probability: Share = Field(0.0, description="share of the copies that sound as through another microphone")
    eq_gain_db: float = Field(6.0, ge=0, le=24)
    room_probability: Share = 0.0
    room_simulated_share: Share = Field(0.5, description="of the rooms, when there are measured ones; else all are")
    room_size_m: tuple[RoomSize, RoomSize] = (2.5, 8.0)
    room_rt60_s: tuple[Seconds, Seconds] = (0.15, 0.6)
    room_distance_m: tuple[Metres, Metres] = (0.3, 3.0)
    formant_probability: Share = Field(0.0, description="share of the copies with other vowels, as of another throat")
    formants: tuple[Factor, Factor] = Field((0.9, 1.1), description="low and high formants move by one factor each")
    voice_probability: Share = Field(0.0, description="a second speaker, under words only")
    voice_snr_db: tuple[Decibels, Decibels] = (5.0, 20.0)
    low_pass_probability: Share = 0.0
    low_pass_hz: tuple[Hertz, Hertz] = (2_500.0, 7_500.0)
    high_pass_probability: Share = 0.0
    high_pass_hz: tuple[Hertz, Hertz] = (50.0, 400.0)
    clipping_probability: Share = 0.0
    clipping_percent: tuple[Percent, Percent] = Field((0.0, 10.0), description="share of samples that are cut off")
    codec_probability: Share = 0.0
    codecs: tuple[Codec, ...] = Field(("mu_law", "adpcm", "telephone"), min_length=1)

    @field_validator("*")
    @classmethod
    def _ordered(cls, value: object) -> object:
        if isinstance(value, tuple) and isinstance(value[0], float) and value[0] > value[1]:
            raise ValueError("the first value must not be above the second")
        return value
