"""The profile: status, availability, skills, portfolio files and the profile address."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from resources.demo_site.forms import (
    InvalidFormError,
    read_availability,
    read_skill,
    read_title,
    read_vanity,
)
from resources.demo_site.pages.downloads import download
from resources.demo_site.rendering import render
from resources.demo_site.state import MAX_PORTFOLIO_ITEMS, MAX_SKILLS, Availability, PortfolioItem, User
from resources.demo_site.visitor import SentForm, read_form, require_user, site_of


async def show(request: Request) -> Response:
    """The user's own profile."""
    require_user(request)
    return _page(request)


async def public(request: Request) -> Response:
    """What others see under a profile address."""
    owner = site_of(request).user_of_vanity(request.path_params["vanity"])
    if owner is None:
        raise HTTPException(404, "Nobody has this profile address.")
    return render(request, "public_profile.html", {"owner": owner})


async def availability(request: Request) -> Response:
    """Save availability and hours per week."""
    user, sent = require_user(request), await read_form(request)
    try:
        chosen = read_availability(sent.text("availability"), sent.text("hours_per_week").strip())
    except InvalidFormError as error:
        return _page(request, error)
    user.availability, user.hours_per_week = chosen
    return _done("availability")


async def add_skill(request: Request) -> Response:
    """Add a skill at the end; one that is there already (in any case) is refused."""
    user, sent = require_user(request), await read_form(request)
    try:
        user.skills.append(_new_skill(user, sent))
    except InvalidFormError as error:
        return _page(request, error)
    return _done("skill-added")


async def remove_skill(request: Request) -> Response:
    """Remove a skill; one that is not there is nothing to do."""
    user, sent = require_user(request), await read_form(request)
    user.skills = [skill for skill in user.skills if skill != sent.text("skill")]
    return _done("skill-removed")


async def upload(request: Request) -> Response:
    """Add a portfolio item with its file."""
    user, sent = require_user(request), await read_form(request)
    try:
        _add_item(request, user, sent)
    except InvalidFormError as error:
        return _page(request, error)
    return _done("uploaded")


async def refresh(request: Request) -> Response:
    """Mark a portfolio item as looked after now."""
    user, item = require_user(request), _item_of(request)
    await read_form(request)
    site_of(request).refresh_item(user, item)
    return _done("refreshed")


async def file(request: Request) -> Response:
    """A portfolio item's file."""
    return download(_item_of(request).file)


async def vanity(request: Request) -> Response:
    """Take a profile address that is free."""
    user, sent = require_user(request), await read_form(request)
    try:
        user.vanity = _free_vanity(request, user, sent)
    except InvalidFormError as error:
        return _page(request, error)
    return _done("vanity")


def _page(request: Request, error: InvalidFormError | None = None) -> Response:
    errors = error.errors if error else {}
    context = {"errors": errors, "availabilities": tuple(Availability), "origin": str(request.base_url)}
    return render(request, "profile.html", context, 422 if error else 200)


def _done(notice: str) -> Response:
    return RedirectResponse(f"/profile?notice={notice}", 303)


def _new_skill(user: User, sent: SentForm) -> str:
    skill = read_skill(sent.text("skill"))
    if skill.casefold() in (known.casefold() for known in user.skills):
        raise InvalidFormError(skill=f"{skill} is already on your list.")
    if len(user.skills) >= MAX_SKILLS:
        raise InvalidFormError(skill=f"A profile has room for {MAX_SKILLS} skills.")
    return skill


def _add_item(request: Request, user: User, sent: SentForm) -> None:
    title, sent_file = read_title(sent.text("title")), sent.files.get("file")
    if sent_file is None:
        raise InvalidFormError(file="Choose a file.")
    if len(user.portfolio) >= MAX_PORTFOLIO_ITEMS:
        raise InvalidFormError(file=f"A portfolio has room for {MAX_PORTFOLIO_ITEMS} items.")
    site_of(request).add_item(user, title, sent_file)


def _item_of(request: Request) -> PortfolioItem:
    item = require_user(request).portfolio.get(request.path_params["item_id"])
    if item is None:
        raise HTTPException(404, "Your portfolio has no such item.")
    return item


def _free_vanity(request: Request, user: User, sent: SentForm) -> str:
    wanted = read_vanity(sent.text("vanity"))
    if site_of(request).user_of_vanity(wanted) not in (None, user):
        raise InvalidFormError(vanity="Somebody else has this address.")
    return wanted


ROUTES: list[BaseRoute] = [
    Route("/profile", show),
    Route("/u/{vanity}", public),
    Route("/profile/availability", availability, methods=["POST"]),
    Route("/profile/skills", add_skill, methods=["POST"]),
    Route("/profile/skills/remove", remove_skill, methods=["POST"]),
    Route("/profile/portfolio", upload, methods=["POST"]),
    Route("/profile/portfolio/{item_id}/refresh", refresh, methods=["POST"]),
    Route("/profile/portfolio/{item_id}/file", file),
    Route("/profile/vanity", vanity, methods=["POST"]),
]
