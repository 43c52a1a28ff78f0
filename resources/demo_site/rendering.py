"""Turns templates into responses, with what every page needs: who is logged in, the CSRF token, the notice."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from resources.demo_site.visitor import CSRF_FIELD, current_user

FOLDER = Path(__file__).parent

NOTICES = {
    "logged-out": "You are logged out.",
    "withdrawn": "The proposal is withdrawn.",
    "availability": "Availability saved.",
    "skill-added": "Skill added.",
    "skill-removed": "Skill removed.",
    "uploaded": "Portfolio item added.",
    "refreshed": "Portfolio item refreshed.",
    "vanity": "Profile address saved.",
}
ERROR_TEXTS = {
    400: ("That did not work", "The request could not be read."),
    403: ("Form expired", "The form's security token is missing or old. Go back, reload and send again."),
    404: ("Page not found", "This page does not exist, or it was moved."),
    405: ("Not possible here", "This address does not answer that kind of request."),
    413: ("Too large", "The upload is larger than 5 MiB."),
    500: ("Something broke", "An error happened on our side. Trying again usually helps."),
    503: ("Briefly unavailable", "Ardan is busy right now. Please try again in a moment."),
}


def render(request: Request, template: str, context: Mapping[str, object] | None = None, status: int = 200) -> Response:
    """A page from a template."""
    return _TEMPLATES.TemplateResponse(request, template, dict(context or {}), status_code=status)


def error_page(request: Request, status: int, detail: str = "") -> Response:
    """The page for an HTTP error; `detail` replaces the usual text."""
    title, text = ERROR_TEXTS.get(status, ERROR_TEXTS[400])
    context = {"status": status, "title": title, "text": detail or text}
    return render(request, "error.html", context, status)


def csrf_token(request: Request) -> str:
    """The session's token, made when a form first needs it."""
    if CSRF_FIELD not in request.session:
        request.session[CSRF_FIELD] = secrets.token_urlsafe(24)
    return str(request.session[CSRF_FIELD])


def _common(request: Request) -> dict[str, object]:
    return {
        "user": current_user(request),
        "csrf_field": lambda: _csrf_field(request),
        "notice": NOTICES.get(request.query_params.get("notice", "")),
        "path": request.url.path,
    }


def _csrf_field(request: Request) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, csrf_token(request))


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _dollars(amount: float) -> str:
    return f"${amount:,.0f}" if amount == int(amount) else f"${amount:,.2f}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": _day, "moment": _moment, "dollars": _dollars}
    return environment


_TEMPLATES = Jinja2Templates(env=_environment(), context_processors=[_common])
