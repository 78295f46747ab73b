"""A page's app behind its guard on a real port, asked as a browser asks; and a microphone that says a word again and
again."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np

from kws_data.audio import Samples, write_wav
from kws_data.web.guard import Access, App, Guard, access_for
from kws_data.web.serve import listening


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Served:
    """A server that answers."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def ask(
        self,
        path: str,
        *,
        json_body: Any = None,
        body: bytes | None = None,
        method: str = "",
        headers: dict[str, str] | None = None,
        origin: str | None = "",
    ) -> Answer:
        """Ask as the page does; ``origin`` None sends none."""
        host = f"127.0.0.1:{self.port}"
        told = dict(headers or {})
        if origin is not None:
            told.setdefault("Origin", origin or f"http://{host}")
        data = body
        if json_body is not None:
            data, told["Content-Type"] = json.dumps(json_body).encode(), "application/json"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method or ("GET" if data is None else "POST"), path, data, told)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()})
        finally:
            connection.close()


@contextmanager
def served(app: App, access: Access | None = None) -> Iterator[Served]:
    """An app that answers at a free port of this machine."""
    import uvicorn

    at = listening("127.0.0.1", 0)
    settings = uvicorn.Config(Guard(app, access or access_for("127.0.0.1")), log_level="error", access_log=False)
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield Served(at.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
        at.close()


def voiced(seconds: float = 0.55, rate_hz: int = 16_000, level: float = 0.12) -> Samples:
    """A vowel that swells and fades: enough of a word for a voice detector."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    tones = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 18))
    return (tones * np.hanning(len(t)) * level * 32_768).astype(np.int16)


def spoken_take(level: float = 0.12, rate_hz: int = 16_000, seed: int = 0) -> Samples:
    """A word in the quiet noise of a room: 1.45 s."""
    noise = np.random.default_rng(seed).normal(0, 20, int(1.45 * rate_hz))
    word = voiced(rate_hz=rate_hz, level=level)
    noise[int(0.5 * rate_hz) : int(0.5 * rate_hz) + len(word)] += word
    return np.clip(noise, -32_768, 32_767).astype(np.int16)


def write_speaker(path: Path, seconds: int = 60, every_s: float = 1.9) -> Path:
    """A WAV of somebody who says a word every so many seconds, to be heard as a browser's microphone."""
    samples = np.random.default_rng(0).normal(0, 30, seconds * 16_000)
    word = voiced()
    for start in np.arange(1.0, seconds - 1, every_s):
        at = int(start * 16_000)
        samples[at : at + len(word)] += word
    write_wav(path, np.clip(samples, -32_768, 32_767).astype(np.int16), 16_000)
    return path
