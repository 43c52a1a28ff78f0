"""Answers with a stored file that the browser saves instead of showing."""

from urllib.parse import quote

from starlette.responses import Response

from resources.demo_site.state import StoredFile


def download(file: StoredFile) -> Response:
    """The file's bytes under its own name (RFC 6266 with the encoding of RFC 8187)."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.content, media_type="application/octet-stream", headers=headers)
