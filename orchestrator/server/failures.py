"""How a failure is answered: a status, and a body that a person can act upon."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from orchestrator.contract.api import ErrorBody
from orchestrator.contract.errors import BotswainError, UserError, WorkflowError
from orchestrator.domain.errors import DomainError
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError, StorageError

log = logging.getLogger(__name__)

_CODES = {401: "unauthorized", 404: "not_found", 405: "not_found", 413: "too_large", 503: "unavailable"}


def answer_failures(application: FastAPI) -> None:
    """Let every failure of a route become an `ErrorBody`."""
    application.add_exception_handler(BotswainError, _product_failure)
    application.add_exception_handler(RequestValidationError, _bad_request)
    application.add_exception_handler(HTTPException, _http_failure)
    application.add_exception_handler(Exception, _defect)


async def _product_failure(_request: Request, error: Exception) -> JSONResponse:
    status, code = _status(error)
    body = ErrorBody(
        code=code,
        message=str(error),
        field=error.field if isinstance(error, UserError) else "",
        hint=error.hint if isinstance(error, UserError) else "",
        problems=error.problems if isinstance(error, WorkflowError | InvalidRequestError) else (),
    )
    return _answer(status, body)


def _status(error: Exception) -> tuple[int, str]:
    match error:
        case NotFoundError():
            return 404, "not_found"
        case ConflictError():
            return 409, "conflict"
        case StorageError():
            return 503, "storage"
        case DomainError() if not isinstance(error, UserError):
            return 409, "conflict"
        case _:
            return 422, "invalid"


async def _bad_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part not in {"body", "query", "path"})
    return _answer(422, ErrorBody(code="invalid", message=f"{place or 'body'}: {first['msg']}.", field=place))


async def _http_failure(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    body = ErrorBody(code=_CODES.get(error.status_code, "invalid"), message=str(error.detail))
    return _answer(error.status_code, body)


async def _defect(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(500, ErrorBody(code="internal", message="The orchestrator made a mistake; its log says which."))


def _answer(status: int, body: ErrorBody) -> JSONResponse:
    return JSONResponse(body.model_dump(mode="json"), status_code=status)
