"""The ways in which one secret may be written in texts: as it is, in addresses, markup, JSON, YAML and base64."""

import base64
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

LEAST_BASE64 = 8
"""Characters of base64 that are recognised inside something longer; fewer would be found by chance."""
LEAST_LINE = 8
"""A line of a secret with several is a secret of its own from this length on, such as one of a key file."""


def forms(secret: str) -> Iterator[str]:
    """Every form, some of them twice."""
    for text in _spellings(secret):
        yield text
        yield from _in_addresses(text)
        yield from _in_markup(text)
        yield from _in_json(text)
        yield from _in_base64(text)


def _spellings(secret: str) -> Iterator[str]:
    """As it is; with the line ends and blanks that pages and forms make of it; and each of its lines."""
    yield secret
    if len(secret.split()) > 1 or secret.strip() != secret:
        yield " ".join(secret.split())  # what a page shows
    if "\n" in secret:
        plain = secret.replace("\r\n", "\n")
        yield plain
        yield plain.replace("\n", "\r\n")  # what a form sends
        yield from (line for line in map(str.strip, plain.split("\n")) if len(line) >= LEAST_LINE)


def _in_addresses(text: str) -> Iterator[str]:
    for written in (quote(text, safe=""), quote(text), quote_plus(text), quote(text, safe="!'()*~"), _sent(text)):
        yield written
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), written)


def _sent(text: str) -> str:
    """As browsers send a form: application/x-www-form-urlencoded of the URL standard."""
    return quote_plus(text, safe="*").replace("~", "%7E")


def _in_markup(text: str) -> Iterator[str]:
    plain = html.escape(text, quote=False)
    quoted = html.escape(text, quote=True)
    yield from (plain, quoted, quoted.replace("&#x27;", "&#39;"), quoted.replace("&#x27;", "'"))
    yield text.replace("&", "&amp;").replace('"', "&quot;")  # attributes, as browsers write them
    yield plain.replace("\N{NO-BREAK SPACE}", "&nbsp;")


def _in_json(text: str) -> Iterator[str]:
    """In JSON, in JSON inside JSON, in scripts, and in the quotes of YAML and CSV."""
    for once in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        yield once
        yield once.replace("/", "\\/")
        yield once.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
        yield json.dumps(once, ensure_ascii=False)[1:-1]
    markup = html.escape(text, quote=False)
    yield json.dumps(markup, ensure_ascii=False)[1:-1]
    yield text.replace("'", "''")
    yield text.replace('"', '""')
    yield text.replace("\\", "\\\\").replace("'", "\\'")


def _in_base64(text: str) -> Iterator[str]:
    """Whole, and inside something longer, such as `user:password`: at each of the three places where a byte may begin
    in a group of four characters, what does not depend on the neighbours."""
    content = text.encode("utf-8", "surrogatepass")
    whole = base64.b64encode(content).decode()
    yield whole
    for offset in range(3):
        characters = base64.b64encode(bytes(offset) + content).decode()
        inner = characters[-(-offset * 8 // 6) : (offset + len(content)) * 8 // 6]
        if len(inner) >= LEAST_BASE64:
            yield inner
            yield inner.translate(_URL_SAFE)
    yield whole.translate(_URL_SAFE)


_URL_SAFE = str.maketrans("+/", "-_")
