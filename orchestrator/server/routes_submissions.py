"""`/api/v1/jobs/batch`: many jobs in one request; and the short way for one job, which is asked for most often."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.contract.api.common import API
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.submissions import SubmitManyRequest, SubmitManyView, SubmitOutcome
from orchestrator.contract.errors import BotswainError
from orchestrator.contract.states import JobStatus
from orchestrator.contract.trace import read_traceparent
from orchestrator.domain.job import Job
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.server.failures import answer_to, error_body, http_answer
from orchestrator.server.looks import Looks
from orchestrator.server.parts import Actor, Parts, actor, parts, parts_of
from orchestrator.server.views import job_view

router = APIRouter(prefix="/jobs", tags=["jobs"])

MOST_KEY = 200
_ONE = f"{API}/jobs"
_SHORT = frozenset({_ONE, f"{API}/jobs/batch"})


@router.post("/batch")
async def submit_many(
    request: SubmitManyRequest, using: Annotated[Parts, Depends(parts)], actor: Actor
) -> SubmitManyView:
    """Ask for up to 1,000 jobs; each is accepted or refused by itself, in the order of the request."""
    return await _submit_all(request, using.engine, actor)


async def _submit_all(request: SubmitManyRequest, engine: OrchestratorEngine, actor: str) -> SubmitManyView:
    wishes = [(each, each.idempotency_key, each.submitted_by or actor) for each in request.jobs]
    outcomes = tuple(_outcome(each) for each in await engine.submit_jobs(wishes))
    accepted = sum(each.error is None for each in outcomes)
    return SubmitManyView(items=outcomes, accepted=accepted, refused=len(outcomes) - accepted)


def _outcome(outcome: Job | BotswainError) -> SubmitOutcome:
    if isinstance(outcome, Job):
        return SubmitOutcome(job_id=outcome.job_id, status=outcome.status)
    return SubmitOutcome(error=error_body(outcome)[1])


class ShortWay:
    """Takes `POST /api/v1/jobs` and `/jobs/batch` past the framework's machinery, which costs more than the jobs.

    Whatever is unusual about a request, such as a mistake, goes the ordinary way with its body unread, so that there
    is one place that explains mistakes.
    """

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or socket."""
        if scope["type"] != "http" or scope["path"] not in _SHORT or scope["method"] != "POST":
            await self._application(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            body = await request.body()
            wanted = _read(request, body)
        except ClientDisconnect:
            return  # nobody is left who could be answered
        except HTTPException as error:
            await (await http_answer(request, error))(scope, receive, send)
        except (ValidationError, ValueError):
            await self._application(scope, _again(body, receive), send)
        else:
            answer = await _answered(request, wanted)
            await answer(scope, receive, send)


def _read(request: Request, body: bytes) -> SubmitRequest | SubmitManyRequest:
    """What is asked for. ValueError when it, or the key that comes with it, is not as it should be."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ValueError("no JSON")
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= MOST_KEY:
        raise ValueError("no key")
    kind = SubmitRequest if request.scope["path"] == _ONE else SubmitManyRequest
    return kind.model_validate_json(body)


async def _answered(request: Request, wanted: SubmitRequest | SubmitManyRequest) -> Response:
    engine = parts_of(request).engine
    try:
        if isinstance(wanted, SubmitManyRequest):
            view = await _submit_all(wanted, engine, await actor(request))
            return Response(view.model_dump_json(), media_type="application/json")
        return await _submitted(request, wanted, engine)
    except BotswainError as error:
        return answer_to(error)


async def _submitted(request: Request, wanted: SubmitRequest, engine: OrchestratorEngine) -> Response:
    job = await engine.submit_job(
        wanted,
        idempotency_key=request.headers.get("idempotency-key"),
        actor=wanted.submitted_by or await actor(request),
        traceparent=read_traceparent(request.headers.get("traceparent")),
    )
    # why it waits is worth saying, and working out, only when no robot is about to take it
    has_room = job.status is JobStatus.QUEUED and engine.pool.can_run(job.requirements)
    is_about_to_go = has_room and not job.concurrency
    view = job_view(job) if is_about_to_go else Looks(engine).job(job)
    return Response(view.model_dump_json(), status_code=201, media_type="application/json")


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, and then whatever comes."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay
