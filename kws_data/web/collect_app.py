"""The routes of the page for contributors. :class:`kws_data.web.guard.Guard` stands before them.

Who a contributor is comes in the header ``X-Contributor``, so the secret stands in no address that is logged. No text
of a request becomes a path: pages are a fixed table, sounds are found by the take that they are of.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import FastAPI, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from kws_data.errors import KwsError
from kws_data.sources.recording.sessions import Item
from kws_data.web.collect_advice import judged
from kws_data.web.collect_browser import SETTINGS, browser_of, settings_of
from kws_data.web.collect_faults import answer_in_words
from kws_data.web.collect_limits import Limits
from kws_data.web.collect_paces import Paces
from kws_data.web.collect_people import LONGEST_TEXT, SAID, CollectError, Contributor
from kws_data.web.collect_store import Contributions
from kws_data.web.collect_upload import LONGEST_S, MOST_BYTES, RATE_HZ, samples_of
from kws_data.web.page_files import PageFile, page_files
from kws_data.web.wav import wav_bytes

FILES = ("collect.css", "collect.js", "collect_pages.js", "collect_sound.js", "collect_worklet.js")
PAGE = "collect.html"
ENOUGH = "enough was recorded: thank you, nothing more is needed"
Secret = Annotated[str, Header(alias="X-Contributor", max_length=64)]
Word = Annotated[str, Query(max_length=200)]
Take = Annotated[int, Query(ge=0, le=1_000)]


class Begin(BaseModel):
    """A contributor who begins: the version of the text, and what they say of themselves."""

    model_config = ConfigDict(extra="forbid", strict=True)

    agreed: bool
    version: str = Field(max_length=40)
    said: dict[str, str] = Field(default_factory=dict, max_length=len(SAID))


class Skip(BaseModel):
    """A take to be left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    word: str = Field(max_length=200)
    take: int = Field(ge=0, le=1_000)


def collect_app(
    store: Contributions,
    limits: Limits | None = None,
    token: str = "",
    fault: Callable[[KwsError], None] = lambda error: None,
) -> FastAPI:
    """The app.

    Args:
        store: of the contributions.
        limits: for strangers.
        token: of the page's address, which the secret links need too.
        fault: told what went wrong on this side (a full disk), which contributors are told without paths.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    paces = Paces(limits or Limits())
    answer_in_words(app, fault)
    _files(app)
    _people(app, store, paces, token)
    _takes(app, store, paces)
    return app


def _files(app: FastAPI) -> None:
    there = page_files((PAGE, *FILES))
    for name, file in there.items():
        path = "/" if name == PAGE else f"/files/{name}"
        app.add_route(path, _answer(file), methods=["GET", "HEAD"])


def _answer(file: PageFile) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return Response(file.content, media_type=file.media_type)

    return answer


def _people(app: FastAPI, store: Contributions, paces: Paces, token: str) -> None:
    @app.get("/api/terms")
    def terms(request: Request) -> dict[str, Any]:
        paces.ask(request)
        return {
            "version": store.consent.version,
            "html": store.consent.html,
            "licence": store.consent.licence,
            "words": list(store.words),
            "takes": len(store.plan),
            "longest_s": LONGEST_S,
            "said": {key: list(choices) if choices else None for key, choices in SAID.items()},
            "longest_text": LONGEST_TEXT,
            "token": token,
        }

    @app.post("/api/contributors", status_code=201)
    def begin(request: Request, given: Begin) -> dict[str, Any]:
        paces.begin(request)
        if not given.agreed:
            raise CollectError("nothing is recorded without your agreement", 403, remedy="read the text and tick it")
        if store.clips_in_all >= paces.limits.most_clips:
            raise CollectError(ENOUGH, 403)
        return {"secret": store.begin(given.version, given.said)}

    @app.get("/api/me")
    def me(request: Request, secret: Secret) -> dict[str, Any]:
        paces.ask(request)
        return _state(store, store.known(secret))

    @app.post("/api/me/agree")
    def agree(request: Request, secret: Secret, given: Begin) -> dict[str, Any]:
        paces.ask(request)
        if not given.agreed:
            raise CollectError("nothing is recorded without your agreement", 403, remedy="read the text and tick it")
        store.agree(secret, given.version)
        return _state(store, store.known(secret))

    @app.post("/api/me/withdraw")
    def withdraw(request: Request, secret: Secret) -> dict[str, Any]:
        paces.ask(request)
        return {"erased": store.withdraw(secret)}


def _state(store: Contributions, person: Contributor) -> dict[str, Any]:
    return {
        "number": person.pseudonym,
        "agreed": person.consent == store.consent.version,
        "said": dict(person.said),
        "all": len(person.plan),
        "skipped": len(person.skipped - person.clips.keys()),
        "remaining": [{"word": item.word, "take": item.take} for item in person.remaining],
        "clips": [
            {
                "word": item.word,
                "take": item.take,
                "seconds": round(clip.samples / RATE_HZ, 2),
                "set_aside": clip.reasons,
                "consent": clip.consent,
                "licence": clip.licence,
            }
            for item, clip in sorted(person.clips.items())
        ],
    }


def _takes(app: FastAPI, store: Contributions, paces: Paces) -> None:
    async def heard(request: Request, secret: str) -> tuple[Any, dict[str, bool]]:
        paces.take(request, secret)
        await run_in_threadpool(store.known, secret)
        body = await _body(request)
        query = request.query_params
        rate = query.get("rate", "")
        rate_hz = int(rate) if rate.isascii() and rate.isdigit() and len(rate) < 8 else 0
        samples = await run_in_threadpool(samples_of, body, query.get("form", ""), rate_hz)
        flags = {key: {"1": True, "0": False}.get(query.get(key, "")) for key in SETTINGS}
        return samples, settings_of(flags)

    @app.post("/api/check")
    async def check(request: Request, secret: Secret) -> dict[str, Any]:
        samples, settings = await heard(request, secret)
        told = await run_in_threadpool(judged, samples, settings)
        return _told(told.attributes, told.advice, told.reasons)

    @app.post("/api/takes", status_code=201)
    async def keep(request: Request, secret: Secret, word: Word, take: Take) -> dict[str, Any]:
        if store.clips_in_all >= paces.limits.most_clips:
            raise CollectError(ENOUGH, 403)
        samples, settings = await heard(request, secret)
        rate_hz = int(request.query_params["rate"])
        more = {**browser_of(request.headers.get("user-agent", "")), **settings, "browser_rate_hz": rate_hz}
        told = await run_in_threadpool(store.keep, secret, Item(take, word), samples, more)
        return _told(told.attributes, told.advice, told.reasons)

    @app.post("/api/skips", status_code=201)
    def skip(request: Request, secret: Secret, given: Skip) -> dict[str, Any]:
        paces.ask(request)
        store.skip(secret, Item(given.take, given.word))
        return {"skipped": True}

    @app.get("/api/takes/sound")
    def sound(request: Request, secret: Secret, word: Word, take: Take) -> Response:
        paces.ask(request)
        return Response(wav_bytes(store.sound(secret, Item(take, word)), RATE_HZ), media_type="audio/wav")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise CollectError("recording is too large", 413, len(body), f"at most {MOST_BYTES} bytes")
    return bytes(body)


def _told(figures: Mapping[str, Any], advice: tuple[str, ...], reasons: str) -> dict[str, Any]:
    names = ("peak_db", "rms_db", "snr_db", "noise_floor_db", "clipped_share")
    return {"figures": {name: figures[name] for name in names}, "advice": list(advice), "set_aside": reasons}
