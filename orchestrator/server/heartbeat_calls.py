"""Calls the addresses of schedules' heartbeats over HTTP: one short request, of whose answer only the status counts."""

LIMIT_S = 10.0


class HttpHeartbeats:
    """Implements `orchestrator.engine.ports.heartbeats.HeartbeatCaller`."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s

    async def call(self, url: str) -> str:
        """GET it; a status below 400 counts. Addresses that it leads on to are not followed."""
        import httpx  # noqa: PLC0415  most orchestrators call nobody, and it loads a command line of its own

        timeout = httpx.Timeout(self._limit_s)
        try:
            async with (
                httpx.AsyncClient(timeout=timeout, headers={"user-agent": "botswain-heartbeat"}) as client,
                client.stream("GET", url) as answer,
            ):
                return "" if answer.status_code < 400 else f"The address answered {answer.status_code}."
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"The address could not be called: {str(error) or type(error).__name__}."[:500]
