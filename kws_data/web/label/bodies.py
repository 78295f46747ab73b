"""What the labelling page sends, checked before anything sees it: names, ids, lengths and ranges."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kws_data.errors import DataError
from kws_data.labelling.labels import checked_label

MOST_AT_ONCE = 50  # clips that are asked for, opinions that are sent
MOST_NAME = 40
MOST_LABEL = 2_000  # that is looked at; what a label may be is said there


def annotator_name(text: str) -> str:
    """A person's short name in its one spelling: in small letters, single blanks.

    Raises:
        ValueError: it is empty or too long, or has signs that are not seen.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split()).lower()
    if not name or len(name) > MOST_NAME:
        raise ValueError(f"a name has 1 to {MOST_NAME} characters")
    if any(unicodedata.category(sign)[0] == "C" for sign in name):
        raise ValueError("a name has letters, digits and signs that are seen")
    return name


def _label(text: str) -> str:
    try:
        return checked_label(text)
    except DataError as error:
        raise ValueError(str(error)) from None


Name = Annotated[str, Field(max_length=4 * MOST_NAME), AfterValidator(annotator_name)]
Label = Annotated[str, Field(max_length=MOST_LABEL), AfterValidator(_label)]
ClipId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
Kind = Literal["person", "adjudicator"]


class Body(BaseModel):
    """No field that is not named here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NextBody(Body):
    """Who wants how many clips beside those that they have already."""

    annotator: Name
    count: int = Field(3, ge=1, le=MOST_AT_ONCE)
    have: tuple[ClipId, ...] = Field((), max_length=2_000)


class OpinionBody(Body):
    """One answer; ``start`` and ``stop`` are samples of the clip, ``seconds`` from the first sound to the answer."""

    clip: ClipId
    kind: Kind = "person"
    annotator: Name
    label: Label
    note: str = Field("", max_length=2_000)
    rule: str = Field("", max_length=200)
    start: int | None = Field(None, ge=0)
    stop: int | None = Field(None, ge=1)
    seconds: float | None = Field(None, ge=0, le=86_400, allow_inf_nan=False)
    guideline: int | None = Field(None, ge=0, lt=2**31)
    token: Token


class OpinionsBody(Body):
    """Answers in the order in which they were given."""

    opinions: tuple[OpinionBody, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


class UndoBody(Body):
    """An answer that is taken back by who gave it."""

    annotator: Name
    token: Token


class LastBody(Body):
    """Whose last answer."""

    annotator: Name
    kind: Kind = "person"
