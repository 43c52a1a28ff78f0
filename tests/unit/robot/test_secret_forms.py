"""A secret is recognised in every way in which pages, browsers and programs write it."""

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.masking import Mask

SECRET = 'it\'s <&> "söng" /+~4711'


def written(secret: str) -> dict[str, str]:
    plain = json.dumps(secret)
    return {
        "raw": secret,
        "percent": quote(secret, safe=""),
        "percent, lower case": re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quote(secret, safe="")),
        "encodeURIComponent": quote(secret, safe="!'()*~"),
        "form": quote_plus(secret),
        "html": html.escape(secret),
        "html text": html.escape(secret, quote=False),
        "html attribute": secret.replace("&", "&amp;").replace('"', "&quot;"),
        "json": plain,
        "json in json": json.dumps(plain),
        "json, unescaped": json.dumps(secret, ensure_ascii=False),
        "json, slashes": json.dumps(secret, ensure_ascii=False).replace("/", "\\/"),
        "yaml": "'" + secret.replace("'", "''") + "'",
        "csv": '"' + secret.replace('"', '""') + '"',
        "header": base64.b64encode(f"anna:{secret}".encode()).decode(),
    }


@pytest.mark.feature("X16")
@pytest.mark.parametrize("form", list(written(SECRET)))
def test_a_secret_is_recognised_in_what_browsers_and_programs_write(form: str) -> None:
    text = written(SECRET)[form]
    hidden = Mask([SECRET]).text(f"before {text} after")
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")
    assert "4711" not in hidden
    assert base64.b64encode(SECRET.encode()).decode()[4:-4] not in hidden


@pytest.mark.feature("X16")
@given(secret=st.text(min_size=8, max_size=40), before=st.binary(max_size=5), after=st.binary(max_size=5))
def test_base64_is_recognised_wherever_the_secret_begins(secret: str, before: bytes, after: bytes) -> None:
    content = secret.encode("utf-8", "surrogatepass")
    whole = base64.b64encode(before + content + after).decode()
    hidden = Mask([secret]).text(whole)
    assert hidden != whole
    inside = whole[-(-len(before) * 8 // 6) : (len(before) + len(content)) * 8 // 6]
    assert inside not in hidden


def test_each_line_of_a_key_is_a_secret() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqh\nkiG9w0BAQEFAASC\n-----END KEY-----"
    assert "MIIEvQIBADANBgkqh" not in Mask([key]).text("found MIIEvQIBADANBgkqh in it")
    assert "kiG9w0" not in Mask([key]).text(key.replace("\n", "\r\n"))


def test_bytes_are_searched_in_both_codes() -> None:
    mask = Mask([SECRET])
    for code in ("utf-8", "utf-16-le"):
        content = f"a {SECRET} b".encode(code)
        assert mask.is_in(content)
        hidden, count = mask.data(content)
        assert count == 1
        assert not mask.is_in(hidden)
