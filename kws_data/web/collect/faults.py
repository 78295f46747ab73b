"""What goes wrong, as contributors read it: a line of JSON, without a path or a trace of this machine."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from kws_data.errors import AudioError, KwsError
from kws_data.web.collect.people import CollectError
from kws_data.web.collect.upload import MOST_BYTES

NO_JSON = "what was sent is no JSON"


def answer_in_words(app: FastAPI, fault: Callable[[KwsError], None]) -> None:
    """Answer errors in words; ``fault`` is told those of this side."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, CollectError)
        return _error(str(error), error.status)

    async def no_audio(request: Request, error: Exception) -> Response:
        return _error(str(error), 422)

    async def wrong(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return _error(NO_JSON, 422)
        return _error(f"{'.'.join(map(str, first['loc'][1:])) or 'request'} cannot be used", 422)

    async def no_route(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _error(NO_JSON if error.status_code == 400 else str(error.detail).lower(), error.status_code)

    async def failed(request: Request, error: Exception) -> Response:
        assert isinstance(error, KwsError)
        fault(error)
        return _error("the server cannot do it just now. Wait a minute and try again: nothing is lost", 503)

    async def gone(request: Request, error: Exception) -> Response:
        return _error(f"at most {MOST_BYTES} bytes", 413)

    app.add_exception_handler(CollectError, refused)
    app.add_exception_handler(AudioError, no_audio)
    app.add_exception_handler(RequestValidationError, wrong)
    app.add_exception_handler(HTTPException, no_route)
    app.add_exception_handler(KwsError, failed)
    app.add_exception_handler(ClientDisconnect, gone)


def _error(text: str, status: int) -> Response:
    return JSONResponse({"error": text}, status)
