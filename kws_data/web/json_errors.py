"""Faults of requests as one line of JSON, ``{"error": "…"}``: what is wrong, the value, and what to do."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from kws_data.errors import CatalogError, KwsError

LONGEST = 300


def with_json_errors(app: FastAPI) -> FastAPI:
    """An app whose faults are answered in JSON: 422 what was sent is wrong, 503 the catalogue cannot answer now."""

    @app.exception_handler(RequestValidationError)
    async def not_valid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body")
        own = first["type"] == "value_error"  # a sentence of ours says by itself what is wrong
        said = str(first["ctx"]["error"]) if own else f"{where or 'request'}: {first['msg']}"
        return _said(422, said)

    @app.exception_handler(CatalogError)
    async def cannot_now(request: Request, error: CatalogError) -> JSONResponse:
        return _said(503, str(error))

    @app.exception_handler(KwsError)
    async def refused(request: Request, error: KwsError) -> JSONResponse:
        return _said(400, str(error))

    @app.exception_handler(HTTPException)
    async def no_such_route(request: Request, error: HTTPException) -> JSONResponse:
        return _said(error.status_code, str(error.detail))

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> JSONResponse:
        return _said(500, f"a fault of kws: {type(error).__name__}")

    return app


def _said(status: int, line: str) -> JSONResponse:
    return JSONResponse({"error": " ".join(line.split())[:LONGEST]}, status)
