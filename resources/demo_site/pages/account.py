"""Home, login and logout."""

import secrets
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from resources.demo_site.data import Sort, search
from resources.demo_site.forms import safe_path
from resources.demo_site.rendering import csrf_token, render
from resources.demo_site.settings import SiteAccount
from resources.demo_site.visitor import EMAIL_FIELD, SentForm, read_form, site_of
from resources.demo_site.vocab import CATEGORIES

WRONG_LOGIN = "Email or password is wrong."
LOCKED = "This account is locked. Please contact support."


async def home(request: Request) -> Response:
    """The newest jobs, the categories and the search box."""
    jobs = site_of(request).jobs
    categories = [(name, sum(job.category == name for job in jobs)) for name in CATEGORIES]
    newest = search(jobs, sort=Sort.NEWEST)[:4]
    return render(request, "home.html", {"jobs": newest, "categories": categories, "total": len(jobs)})


async def login_form(request: Request) -> Response:
    """The login, with the page in `next` to go on to."""
    return _login_page(request, email="", error="", goal=request.query_params.get("next", "/"))


async def login(request: Request) -> Response:
    """Start a session, or say why not: 401 for a wrong password, 403 for a locked account."""
    form = await read_form(request)
    email, goal = form.text("email").strip().lower(), form.text("next") or "/"
    account = _matching(request, email, form)
    if account is None:
        return _login_page(request, email=email, error=WRONG_LOGIN, goal=goal, status=401)
    if account.locked:
        return _login_page(request, email=email, error=LOCKED, goal=goal, status=403)
    _start_session(request, account)
    return RedirectResponse(safe_path(goal), 303)


async def logout(request: Request) -> Response:
    """End the session."""
    await read_form(request)
    request.session.clear()
    return RedirectResponse("/?notice=logged-out", 303)


async def login_required(_request: Request, error: Exception) -> Response:
    """Where an unknown visitor of a user's page is sent."""
    return RedirectResponse(f"/login?next={quote(str(error))}", 303)


def _matching(request: Request, email: str, form: SentForm) -> SiteAccount | None:
    user = site_of(request).users.get(email)
    if user is None:
        return None
    right = secrets.compare_digest(user.account.password.encode(), form.text("password").encode())
    return user.account if right or user.account.locked else None


def _start_session(request: Request, account: SiteAccount) -> None:
    request.session.clear()
    request.session[EMAIL_FIELD] = account.email
    csrf_token(request)


def _login_page(request: Request, *, email: str, error: str, goal: str, status: int = 200) -> Response:
    context = {"email": email, "error": error, "next": safe_path(goal)}
    return render(request, "login.html", context, status)


ROUTES: list[BaseRoute] = [
    Route("/", home),
    Route("/login", login_form),
    Route("/login", login, methods=["POST"]),
    Route("/logout", logout, methods=["POST"]),
]
