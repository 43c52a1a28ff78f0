"""What tests and operators use: settings at run time, the reset and the health probe."""

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from resources.demo_site.settings import SettingsChange, complaint
from resources.demo_site.visitor import site_of


async def healthz(_request: Request) -> Response:
    """That the site answers."""
    return JSONResponse({"status": "ok"})


async def read_settings(request: Request) -> Response:
    """The settings, without the accounts."""
    return JSONResponse(site_of(request).settings.model_dump(exclude={"accounts"}))


async def change_settings(request: Request) -> Response:
    """Change the fields that the JSON object names; 422 with a sentence when one is wrong."""
    site = site_of(request)
    if not request.headers.get("content-type", "").startswith("application/json"):
        return JSONResponse({"error": "Send the settings as application/json."}, 415)
    try:
        change = SettingsChange.model_validate_json(await request.body())
    except ValidationError as error:
        return JSONResponse({"error": complaint(error)}, 422)
    site.settings = site.settings.changed(change)
    request.app.state.faults.forget()
    return await read_settings(request)


async def reset(request: Request) -> Response:
    """Restore the seeded data; settings stay."""
    site_of(request).reset()
    request.app.state.faults.forget()
    return JSONResponse({"status": "reset"})


ROUTES: list[BaseRoute] = [
    Route("/healthz", healthz),
    Route("/admin/settings", read_settings),
    Route("/admin/settings", change_settings, methods=["POST"]),
    Route("/admin/reset", reset, methods=["POST"]),
]
