"""Incidents from a program: the file about a failure, pins, and what files of jobs take."""

from collections.abc import AsyncIterator

from orchestrator.client.paths import part_of_path
from orchestrator.client.transport import Transport
from orchestrator.contract.api.common import API
from orchestrator.contract.api.incidents import ArtifactCleanupView, ArtifactUsageView, PinRequest, PinView


class IncidentCalls:
    """`client.incidents`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def download(self, job_id: str) -> AsyncIterator[bytes]:
        """Everything about a job as one zip file, piece by piece."""
        return self._transport.stream(f"{API}/jobs/{part_of_path(job_id)}/incident")

    def download_group(self, fingerprint: str) -> AsyncIterator[bytes]:
        """The same of the newest job in a group of failures."""
        return self._transport.stream(f"{API}/failures/{part_of_path(fingerprint)}/incident")

    async def pin(self, job_id: str, *, note: str = "") -> PinView:
        """Keep a job with its files until it is unpinned."""
        return await self._transport.read(
            PinView, "PUT", f"/jobs/{part_of_path(job_id)}/pin", body=PinRequest(note=note)
        )

    async def unpin(self, job_id: str) -> None:
        """Let the rules for old files decide again."""
        await self._transport.send("DELETE", f"{API}/jobs/{part_of_path(job_id)}/pin")

    async def pinned(self) -> tuple[PinView, ...]:
        """What is kept on purpose, the newest first."""
        return await self._transport.read(tuple[PinView, ...], "GET", "/incidents/pinned")

    async def usage(self) -> ArtifactUsageView:
        """What files of jobs take, and what they may."""
        return await self._transport.read(ArtifactUsageView, "GET", "/artifacts/usage")

    async def cleanup(self) -> ArtifactCleanupView:
        """Remove now what is too old or too much."""
        return await self._transport.read(ArtifactCleanupView, "POST", "/artifacts/cleanup")
