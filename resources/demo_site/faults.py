"""Slowness and errors on purpose: each request's fate follows from the seed and from how often it was asked."""

import asyncio
import random
from collections import Counter

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from resources.demo_site.rendering import error_page
from resources.demo_site.settings import SiteSettings

SPARED = ("/static/", "/healthz", "/admin/")
_MOST_REMEMBERED = 10_000


class Faults:
    """Draws numbers in 0..1 that depend only on the seed, the request and how often it came before."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def forget(self) -> None:
        """Begin again, as after a start."""
        self._seen.clear()

    def draw(self, settings: SiteSettings, request: str) -> random.Random:
        """A source of numbers for this request, of its own for each repetition."""
        if len(self._seen) >= _MOST_REMEMBERED:
            self._seen.clear()
        self._seen[request] += 1
        source = f"{settings.seed}:{request}:{self._seen[request]}"
        return random.Random(source)  # noqa: S311  repeatable faults, no secret


class FaultMiddleware:
    """Delays every page by the site's latency and answers a share of them with 500 or 503."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, late or not at all."""
        if scope["type"] != "http" or scope["path"].startswith(SPARED):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        settings: SiteSettings = request.app.state.site.settings
        status = await _fate(request.app.state.faults, settings, request)
        answer = error_page(request, status) if status else self._app
        await answer(scope, receive, send)


async def _fate(faults: Faults, settings: SiteSettings, request: Request) -> int | None:
    draw = faults.draw(settings, f"{request.method} {request.url.path}?{request.url.query}")
    fails, status = draw.random() < settings.error_rate, draw.choice((500, 503))
    delay = settings.latency_s + settings.latency_jitter_s * draw.random()
    if delay:
        await asyncio.sleep(delay)
    return status if fails else None
