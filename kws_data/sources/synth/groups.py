"""The synthetic people of a configuration by the engine that speaks for them, and those whose engine is not here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import accumulate

from kws_data.config.synth import MorePeople, SynthSettings
from kws_data.errors import MissingPackagesError
from kws_data.sources.synth.engines import make_engine


def numbered_groups(settings: SynthSettings) -> Iterator[tuple[int, SynthSettings]]:
    """Number of each group's first person, and the settings that hold for it; the first group's are the settings' own.

    Optional people whose engine lacks its packages or its program are left out; the others keep their numbers.

    Raises:
        ConfigError: the settings of an optional group's engine do not fit.
    """
    own = settings.model_copy(update={"more": []})
    firsts = accumulate((more.speakers for more in settings.more), initial=settings.speakers)
    yield 0, own
    for first, more in zip(firsts, settings.more, strict=False):
        if _missing(more) is None:
            yield (
                first,
                own.model_copy(update=more.model_dump(exclude={"optional", "engine"}) | {"engine": more.engine}),
            )


def groups(settings: SynthSettings) -> list[SynthSettings]:
    """The settings of each group of people who can speak here."""
    return [group for _, group in numbered_groups(settings)]


def left_out(settings: SynthSettings) -> list[str]:
    """Lines for a person: which optional people cannot speak here, and how they could."""
    lacking = ((more, _missing(more)) for more in settings.more)
    return [f"without {more.speakers} people of {more.engine.kind}: {error}" for more, error in lacking if error]


def _missing(more: MorePeople) -> MissingPackagesError | None:
    """Why people may be left out; None when they speak, or must."""
    if not more.optional:
        return None
    try:
        engine = make_engine(more.engine)
    except MissingPackagesError as error:
        return error
    program = getattr(engine, "program", None)
    if program is None or shutil.which(program):
        return None
    return MissingPackagesError("speech program not found", program, "install it, or name its whole path")
