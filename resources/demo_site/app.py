"""The demo site as a Starlette application; README.md beside this file lists its pages, fields and test ids."""

import secrets

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from resources.demo_site.faults import FaultMiddleware, Faults
from resources.demo_site.pages import account, admin, jobs, profile, proposals, reports
from resources.demo_site.rendering import FOLDER, error_page
from resources.demo_site.settings import SiteSettings
from resources.demo_site.state import Clock, Site, wall_clock
from resources.demo_site.visitor import LoginRequiredError


def create_app(settings: SiteSettings, *, clock: Clock = wall_clock) -> Starlette:
    """A site of its own: seeded, nobody logged in; all state lives in the application object."""
    app = Starlette(
        routes=_routes(),
        middleware=[
            Middleware(SessionMiddleware, secret_key=secrets.token_hex(32), session_cookie="ardan_session"),
            Middleware(FaultMiddleware),
        ],
        exception_handlers={HTTPException: _http_error, LoginRequiredError: account.login_required},
    )
    app.state.site = Site(settings, clock)
    app.state.faults = Faults()
    return app


def _routes() -> list[BaseRoute]:
    static = Mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    areas = (account, jobs, proposals, profile, reports, admin)
    return [static, *(route for area in areas for route in area.ROUTES)]


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    usual = HTTPException(error.status_code).detail
    return error_page(request, error.status_code, "" if error.detail == usual else error.detail)
