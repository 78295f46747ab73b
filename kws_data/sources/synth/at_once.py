"""Several engines of one kind that speak at the same time; each says whatever is next when it is free."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import islice
from queue import SimpleQueue
from typing import TypeVar

from kws_data.config.synth import EngineSettings
from kws_data.sources.synth.engines import SpeechEngine, make_engine

_BATCH = 256
Asked = TypeVar("Asked")
Said = TypeVar("Said")


@contextmanager
def several(settings: EngineSettings, count: int) -> Iterator[list[SpeechEngine]]:
    """``count`` engines, one at least.

    Raises:
        ConfigError: there is no such engine, or its settings do not fit.
        DataError: it cannot be loaded.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(make_engine(settings)) for _ in range(max(1, count))]


def said_at_once(
    say: Callable[[SpeechEngine, Asked], Said], engines: Sequence[SpeechEngine], wanted: Iterable[Asked]
) -> Iterator[Said]:
    """What ``say`` makes of each that is wanted, in their order."""
    free: SimpleQueue[SpeechEngine] = SimpleQueue()
    for engine in engines:
        free.put(engine)

    def with_free_engine(one: Asked) -> Said:
        engine = free.get()
        try:
            return say(engine, one)
        finally:
            free.put(engine)

    waiting = iter(wanted)
    with ThreadPoolExecutor(len(engines)) as pool:
        while batch := list(islice(waiting, _BATCH)):
            yield from pool.map(with_free_engine, batch)
