"""How a failure is answered: a status, and a body that a person can act upon."""

import logging
from collections.abc import Mapping
from math import ceil
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.errors import BotswainError, UserError, WorkflowError
from orchestrator.domain.errors import DomainError
from orchestrator.engine.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    StoppingError,
    StorageError,
    TooManyRequestsError,
)
from orchestrator.server.artifact_folder import TooLargeError

log = logging.getLogger(__name__)

_CODES = {401: "unauthorized", 404: "not_found", 405: "not_found", 413: "too_large", 503: "unavailable"}
_SENTENCES = {
    400: "The body cannot be read: it has to be JSON in UTF-8, and not nested too deeply.",
    404: "There is nothing at {path}.",
    405: "{method} is not possible at {path}.",
}
_WHERE = frozenset({"body", "query", "path", "header"})
_BODY_KINDS = frozenset({"model_attributes_type", "model_type", "dict_type"})


def answer_failures(application: FastAPI) -> None:
    """Let every failure of a route become an `ErrorBody`."""
    application.add_exception_handler(BotswainError, _product_failure)
    application.add_exception_handler(RequestValidationError, _bad_request)
    application.add_exception_handler(HTTPException, http_answer)
    application.add_exception_handler(ClientDisconnect, _gone)
    application.add_exception_handler(UnicodeEncodeError, _no_text)
    application.add_exception_handler(Exception, _defect)


async def _product_failure(_request: Request, error: Exception) -> JSONResponse:
    return answer_to(error)


def answer_to(error: Exception) -> JSONResponse:
    """The answer to what the engine refused."""
    status, body = error_body(error)
    return _answer(status, body, _when_to_ask_again(error))


def error_body(error: Exception) -> tuple[int, ErrorBody]:
    """Status and body for what the engine refused."""
    status, code = _status(error)
    return status, ErrorBody(
        code=code,
        message=str(error),
        field=error.field if isinstance(error, UserError) else "",
        hint=error.hint if isinstance(error, UserError) else "",
        problems=error.problems if isinstance(error, WorkflowError | InvalidRequestError) else (),
    )


def _when_to_ask_again(error: Exception) -> Mapping[str, str]:
    """The `Retry-After` of somebody who asked too fast, or in a wrong moment, in whole seconds (RFC 9110, 10.2.3)."""
    if isinstance(error, TooManyRequestsError | StoppingError):
        return {"Retry-After": str(max(1, ceil(error.retry_after_s)))}
    return {}


def _status(error: Exception) -> tuple[int, str]:  # noqa: PLR0911  one answer for each kind
    match error:
        case NotFoundError():
            return 404, "not_found"
        case ConflictError():
            return 409, "conflict"
        case StorageError():
            return 503, "storage"
        case StoppingError():
            return 503, "unavailable"
        case TooManyRequestsError():
            return 429, "too_many"
        case TooLargeError():
            return 413, "too_large"
        case DomainError() if not isinstance(error, UserError):
            return 409, "conflict"
        case _:
            return 422, "invalid"


async def _bad_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        reason = first.get("ctx", {}).get("error", "it cannot be read")
        return _answer(400, ErrorBody(code="invalid", message=f"The body is no JSON: {reason}."))
    place = ".".join(str(part) for part in first["loc"] if part not in _WHERE)
    return _answer(422, ErrorBody(code="invalid", message=_sentence(place, first), field=place))


def _sentence(place: str, mistake: Mapping[str, Any]) -> str:
    kind = mistake["type"]
    if not place and (kind in _BODY_KINDS or kind == "missing"):
        return "The body has to be a JSON object; send it with `Content-Type: application/json`."
    if kind == "missing":
        return f"{place}: it is missing."
    if kind == "extra_forbidden":
        return f"{place}: there is no such field."
    return f"{place or 'body'}: {str(mistake['msg']).rstrip('.')}."


async def http_answer(request: Request, error: Exception) -> JSONResponse:
    """The answer to what the server itself refused."""
    assert isinstance(error, HTTPException)
    path = request.url.path[:200]
    sentence = _SENTENCES.get(error.status_code, str(error.detail)).format(method=request.method, path=path)
    body = ErrorBody(code=_CODES.get(error.status_code, "invalid"), message=sentence)
    return _answer(error.status_code, body, error.headers)


async def _gone(request: Request, _error: Exception) -> JSONResponse:
    log.debug("%s %s: the client went away before it had said everything.", request.method, _path(request))
    return _answer(400, ErrorBody(code="invalid", message="The request ended before it was complete."))


async def _no_text(_request: Request, _error: Exception) -> JSONResponse:
    """JSON can write half of a character (a lone surrogate, U+D800 to U+DFFF); no database can keep it."""
    return _answer(422, ErrorBody(code="invalid", message="The request has a text with half a character in it."))


async def _defect(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, _path(request), exc_info=error)
    return _answer(500, ErrorBody(code="internal", message="The orchestrator made a mistake; its log says which."))


def _path(request: Request) -> str:
    """The path for the log, without the secret that the address of a webhook ends with."""
    path = request.url.path
    return f"{path.rpartition('/')[0]}/..." if path.startswith("/hooks/") else path


def _answer(status: int, body: ErrorBody, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body.model_dump(mode="json"), status_code=status, headers=headers)
