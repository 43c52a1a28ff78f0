"""Who is asking and what they sent: the session's user, and forms read within their bounds."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from resources.demo_site.forms import MAX_UPLOAD_BYTES, safe_file_name
from resources.demo_site.state import Site, StoredFile, User

CSRF_FIELD = "csrf_token"
EMAIL_FIELD = "email"
_MAX_BODY_BYTES = MAX_UPLOAD_BYTES + 256 * 1024


class LoginRequiredError(Exception):
    """Somebody asked for a page of a user without being one; `path` is where they wanted to go."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """A form's fields and (not empty) files, by name."""

    fields: Mapping[str, str]
    files: Mapping[str, StoredFile]

    def text(self, name: str) -> str:
        """A field's text, empty when it was not sent."""
        return self.fields.get(name, "")


def site_of(request: Request) -> Site:
    """The site that answers this request."""
    return cast("Site", request.app.state.site)


def current_user(request: Request) -> User | None:
    """Who is logged in, if anybody."""
    return site_of(request).users.get(request.session.get(EMAIL_FIELD, ""))


def require_user(request: Request) -> User:
    """Who is logged in; raises LoginRequiredError for nobody."""
    user = current_user(request)
    if user is None:
        wanted = request.url.path if request.method == "GET" else "/"
        raise LoginRequiredError(wanted)
    return user


async def read_form(request: Request) -> SentForm:
    """The form of a POST; raises HTTPException 413 when too large, 403 without the session's CSRF token."""
    _check_size(request)
    fields: dict[str, str] = {}
    files: dict[str, StoredFile] = {}
    async with request.form(max_files=3, max_fields=50) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files |= await _stored(name, value)
            else:
                fields[name] = value
    _check_csrf(request, fields.get(CSRF_FIELD, ""))
    return SentForm(fields=fields, files=files)


def _check_size(request: Request) -> None:
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise HTTPException(411, "A form must say its length.")
    if int(length) > _MAX_BODY_BYTES:
        raise HTTPException(413)


async def _stored(name: str, upload: UploadFile) -> dict[str, StoredFile]:
    content = await upload.read()
    if len(content) > MAX_UPLOAD_BYTES:
        raise HTTPException(413)
    if not upload.filename:
        return {}
    return {name: StoredFile(name=safe_file_name(upload.filename), content=content)}


def _check_csrf(request: Request, sent: str) -> None:
    kept = str(request.session.get(CSRF_FIELD, ""))
    if not kept or not secrets.compare_digest(sent.encode(), kept.encode()):
        raise HTTPException(403)
