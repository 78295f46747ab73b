"""What all settings have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, model_validator

from firmware_tools.home import in_home

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class InHome(str):
    """A path that was written with ``~``: the whole one to whoever opens it, the written one to keys and files."""

    written: str


def _whole(text: str) -> str:
    if not text or "\0" in text:
        raise ValueError("a path is wanted: it is empty, or has a NUL in it")
    if not text.startswith("~"):
        return text
    path = InHome(in_home(text))
    path.written = text
    return path


def _as_written(path: str) -> str:
    return path.written if isinstance(path, InHome) else path


#: A file or folder of this machine; ``~`` is the home folder.
PathText = Annotated[str, AfterValidator(_whole), PlainSerializer(_as_written, return_type=str)]


class Settings(BaseModel):
    """Base of all settings: immutable, and unknown keys are refused. A section without a line in it has defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_sections(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        for key, value in values.items():
            if isinstance(value, bool) and cls.is_number(key):
                raise ValueError(f"{key}: a number is wanted, not {str(value).lower()}")
        return {key: value for key, value in values.items() if value is not None or not cls.is_section(key)}

    @classmethod
    def is_number(cls, key: object) -> bool:
        """Whether a setting is a number, which true and false would pass for."""
        field = cls.model_fields.get(key) if isinstance(key, str) else None
        kinds = {field.annotation, *get_args(field.annotation)} if field else set()
        return bool({int, float} & kinds) and bool not in kinds

    @classmethod
    def is_section(cls, key: object) -> bool:
        """Whether settings stand below this key."""
        field = cls.model_fields.get(key) if isinstance(key, str) else None
        kind = field.annotation if field else None
        return isinstance(kind, type) and (issubclass(kind, BaseModel) or is_dataclass(kind))
