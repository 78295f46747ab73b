"""The routes of the labelling page. Who may ask is checked before them (:mod:`kws_data.web.guard`).

GET  /                       the page; /files/<name> its scripts and styles, from a fixed table
GET  /api/setup              words, special labels, progress
GET  /api/guideline          the rules that hold, as HTML
GET  /api/progress           how far it is, pace of each annotator
POST /api/next               clips for an annotator; /api/disagreements those for an adjudicator
GET  /api/audio/<id>.pcm     16-bit little-endian samples of a clip of the queue
POST /api/opinions           answers, each with a token: sent twice, kept once; 422 where none of them is kept
POST /api/last, /api/undo    the last answer of somebody; taking an answer back

A page says with X-Catalogue which catalogue it shows. Where another one is served at the same address since, the answer
is 409, so that neither gets answers of the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import numpy as np
from fastapi import Depends, FastAPI, Header, Path
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from kws_data.web.json_errors import with_json_errors
from kws_data.web.label.bodies import LastBody, NextBody, OpinionsBody, UndoBody
from kws_data.web.label.desk import LabelDesk
from kws_data.web.page_files import page_files

Answer = TypeVar("Answer")
PAGE = "label.html"
SCRIPTS = (
    *("label.js", "label_page.js", "label_telling.js", "label_keys.js", "label_server.js", "label_sound.js"),
    *("label_picture.js", "label_cut.js", "label_view.js", "label_word.js"),
)
_ID = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


def label_app(desk: LabelDesk) -> FastAPI:
    """The app that :func:`kws_data.web.serve.serve` runs."""
    own = [Depends(_of(desk.identity))]
    app = with_json_errors(FastAPI(docs_url=None, redoc_url=None, openapi_url=None, dependencies=own))
    _page(app)
    _questions(app, desk)
    _answers(app, desk)
    return app


def _of(identity: str) -> Callable[[str], Coroutine[None, None, None]]:
    """Refuses what a page asks that shows another catalogue."""

    async def check(x_catalogue: Annotated[str, Header()] = identity) -> None:
        if x_catalogue != identity:
            raise HTTPException(409, "another catalogue is served at this address now")

    return check


def _page(app: FastAPI) -> None:
    table = page_files((PAGE, "label.css", *SCRIPTS))

    @app.get("/")
    async def page() -> Response:
        return Response(table[PAGE].content, media_type=table[PAGE].media_type)

    @app.get("/files/{name}")
    async def file(name: str) -> Response:
        if name not in table:
            raise HTTPException(404, "no such file")
        return Response(table[name].content, media_type=table[name].media_type)


def _questions(app: FastAPI, desk: LabelDesk) -> None:
    @app.get("/api/setup")
    async def setup() -> dict[str, Any]:
        return await _asked(desk, desk.setup)

    @app.get("/api/guideline")
    async def guideline() -> dict[str, Any]:
        return await _asked(desk, desk.guideline)

    @app.get("/api/progress")
    async def progress() -> dict[str, Any]:
        return await _asked(desk, desk.progress)

    @app.post("/api/next")
    async def next_clips(body: NextBody) -> dict[str, Any]:
        tasks = await _asked(desk, desk.next_for, body.annotator, body.count, body.have)
        return {"tasks": [await run_in_threadpool(desk.described, task) for task in tasks]}

    @app.post("/api/disagreements")
    async def disagreements(body: NextBody) -> dict[str, Any]:
        tasks = await _asked(desk, desk.disagreements, body.annotator, body.count, body.have)
        return {"tasks": [await run_in_threadpool(desk.described, task) for task in tasks]}

    @app.get("/api/audio/{identity}.pcm")
    async def audio(identity: _ID) -> Response:
        samples = await run_in_threadpool(desk.samples, identity)
        if samples is None:
            raise HTTPException(404, "no such clip here")
        return Response(np.ascontiguousarray(samples, "<i2").tobytes(), media_type="application/octet-stream")


def _answers(app: FastAPI, desk: LabelDesk) -> None:
    @app.post("/api/opinions")
    async def opinions(body: OpinionsBody) -> Response:
        said = await _asked(desk, desk.give, body.opinions)
        if any(one["kept"] for one in said):
            return JSONResponse({"opinions": said})
        return JSONResponse({"error": said[0]["why"], "opinions": said}, 422)

    @app.post("/api/undo")
    async def undo(body: UndoBody) -> dict[str, Any]:
        return {"undone": await _asked(desk, desk.undo, body.annotator, body.token)}

    @app.post("/api/last")
    async def last(body: LastBody) -> dict[str, Any]:
        found = await _asked(desk, desk.last_of, body.annotator, body.kind)
        if found is None:
            return {"last": None}
        return {"last": {"token": found[0], "task": await run_in_threadpool(desk.described, found[1])}}


async def _asked(desk: LabelDesk, do: Callable[..., Answer], *arguments: object) -> Answer:
    """What the desk answers in its own thread, while other requests go on."""
    return await asyncio.wrap_future(desk.later(do, *arguments))
