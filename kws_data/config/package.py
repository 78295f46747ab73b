"""``package:`` who stands behind a package for a framework."""

from __future__ import annotations

from pydantic import Field

from kws_data.config.base import Settings

_LINE = r"^[^\x00-\x1f\x7f\\\"]{0,200}$"
_PAGE = r"^$|^https?://[^\s\\\"<>]{1,300}$"


class PackageSettings(Settings):
    """Who stands behind what kws export --to writes, as the frameworks' manifests want to know it."""

    author: str = Field("", pattern=_LINE, description="who made the detector; release.maintainer when empty")
    maintainer: str = Field(
        "",
        pattern=_LINE,
        description="who answers questions, 'Name <mail>'; release.maintainer or the author when empty",
    )
    url: str = Field("", pattern=_PAGE, description="page of the detector, where there is one")
