"""Limits, breakers and the order of waiting jobs, asked over HTTP."""

from pydantic import RootModel

from orchestrator.client.paths import part_of_path
from orchestrator.client.transport import Transport
from orchestrator.contract.api.common import API
from orchestrator.contract.api.flow import (
    BreakerView,
    EstimateView,
    ForecastView,
    KeyRequest,
    LimitView,
    OpenBreakerRequest,
    PriorityRequest,
    SetLimitRequest,
)
from orchestrator.contract.api.jobs import JobView, RemedyView
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobPriority


class FlowCalls:
    """`client.flow`: how much may run at once, how fast, and who goes first."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def limits(self) -> list[LimitView]:
        """Every concurrency key that is limited, held or waited for, by name."""
        return await self._transport.read(list[LimitView], "GET", "/limits")

    async def set_limit(self, request: SetLimitRequest) -> LimitView:
        """Set how many jobs may hold a key at once, and how many may start with it per second."""
        return await self._transport.read(LimitView, "PUT", "/limits", body=request)

    async def remove_limit(self, key: str) -> None:
        """Leave a key to what workflows say of it."""
        await self._transport.send("DELETE", f"{API}/limits", query={"key": key})

    async def breakers(self) -> list[BreakerView]:
        """The breakers of all sites and services in use, and every open one, by key."""
        return await self._transport.read(list[BreakerView], "GET", "/breakers")

    async def open_breaker(self, key: str, *, reason: str = "") -> BreakerView:
        """Let no job with the key start until the breaker is closed."""
        body = OpenBreakerRequest(key=key, reason=reason)
        return await self._transport.read(BreakerView, "POST", "/breakers/open", body=body)

    async def close_breaker(self, key: str) -> BreakerView:
        """Let jobs with the key start again."""
        return await self._transport.read(BreakerView, "POST", "/breakers/close", body=KeyRequest(key=key))

    async def forecast(self, job_id: str) -> ForecastView:
        """When a queued job will probably start."""
        return await self._transport.read(ForecastView, "GET", f"/jobs/{part_of_path(job_id)}/forecast")

    async def estimate(self, workflow_id: str) -> EstimateView:
        """How long one run of a workflow takes, by levels of its dependencies."""
        return await self._transport.read(EstimateView, "GET", f"/workflows/{part_of_path(workflow_id)}/estimate")

    async def prioritise(self, job_id: str, priority: JobPriority) -> JobView:
        """Give a waiting job another priority."""
        path = f"/jobs/{part_of_path(job_id)}/priority"
        return await self._transport.read(JobView, "POST", path, body=PriorityRequest(priority=priority))

    async def apply(self, remedy: RemedyView) -> None:
        """Do what would help a waiting job; for remedies with a `path`."""
        body = RootModel[dict[str, JsonValue]](remedy.body) if remedy.body else None
        await self._transport.send(remedy.method, f"{API}{remedy.path}", body=body)

    async def hurry(self, job_id: str) -> JobView:
        """Queue a job now that would be due later."""
        return await self._transport.read(JobView, "POST", f"/jobs/{part_of_path(job_id)}/hurry")
