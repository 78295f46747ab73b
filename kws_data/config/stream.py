"""``stream:`` what a person wishes of the detector in hours of sound, and what its decisions are chosen from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kws_data.config.base import Settings

Average = Annotated[int, Field(ge=1, le=64)]
Milliseconds = Annotated[int, Field(ge=0, le=60_000)]


class StreamSettings(Settings):
    """The wish, and what may be chosen for it on validation people and their negatives (``data.negatives``)."""

    false_accepts_per_hour: float = Field(1.0, gt=0, le=1_000, description="wished: no more, of each kind of negative")
    hours_of_proof: Literal["auto"] | float = Field(
        "auto", description="hours of negatives that would prove the wish; auto: none heard in 3 / wish hours does"
    )
    stride_frames: int = Field(3, ge=1, le=100, description="an inference every so many frames")
    average: Literal["auto"] | Average = Field(
        "auto", description="score vectors that are averaged; auto: what misses least within the wish"
    )
    refractory_ms: Milliseconds = Field(1_000, description="nothing is detected for so long after a detection")
    per_keyword: bool = Field(True, description="a threshold for each keyword, where that misses less")
    snr_db: tuple[float, float] = Field((10.0, 20.0), description="of keywords laid into negatives, to be found there")
