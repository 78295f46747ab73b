"""``split:`` who trains, who fixes the threshold, who is tested."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from kws_data.config.base import Settings, Share
from kws_data.labels import kind_name

Trace = Literal["speaker", "session", "device", "voice", "noise", "near_duplicate"]
SPLITS = ("train", "validation", "test")
#: What a data set calls its clips without labels (``data.unlabelled``). They are in none of the splits.
UNLABELLED_SPLIT = "unlabelled"
#: And its training stretches of hours in which no keyword is said (``data.negatives``).
NEGATIVES_SPLIT = "negatives"


class SplitSettings(Settings):
    """Who is in which split. Speakers are never in two."""

    test: Literal["speakers", "validation_list", "given"] = Field(
        "speakers",
        description="speakers: a share of them; validation_list: those in the folder's validation list;"
        " given: the source's own train, validation and test lists",
    )
    test_share: Share = Field(0.25, description="share of the speakers who are only tested")
    validation_share: Share = Field(0.12, description="share of the remaining speakers that fixes the threshold")
    refit: bool = Field(
        False,
        description="once the validation people have fixed method and threshold, the model learns from them as well",
    )
    disjoint: list[Trace] = Field(
        default_factory=lambda: list[Trace](("speaker", "session", "voice", "near_duplicate")),
        description="what no two splits may share; device and noise (whole recordings) can be added",
    )
    stratify: list[str] = Field(
        default_factory=lambda: ["label", "accent", "gender", "age"],
        description="label, and clip attributes that every split gets in proportion",
    )

    held_out_noise: list[str] = Field(
        default_factory=list[str],
        exclude_if=lambda kinds: not kinds,  # configurations without any keep their keys
        description="kinds of noise for the test alone (rain, clock, ...), named as in a column kind of noise tables or"
        " by what makes them: their recordings, whatever split a table names, are in no training, no validation and"
        " under no copy",
    )

    @field_validator("held_out_noise")
    @classmethod
    def _kinds(cls, kinds: list[str]) -> list[str]:
        names = [kind_name(kind) for kind in kinds]
        if not all(names):
            raise ValueError("a kind of noise is empty: name it as the noise tables do, such as rain")
        return sorted(set(names))

    @field_validator("disjoint")
    @classmethod
    def _speaker_always(cls, traces: list[Trace]) -> list[Trace]:
        if "speaker" not in traces:
            raise ValueError("speaker must be among them: a test with people of the training proves nothing")
        return traces
