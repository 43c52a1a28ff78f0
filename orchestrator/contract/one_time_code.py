"""One-time codes of authenticator apps, by RFC 6238 (time) over RFC 4226 (the code)."""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Self

_HASHES = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}
_ESCAPED = re.compile("%([0-9A-Fa-f]{2})")
_DIGITS = range(6, 9)
_PERIODS_S = range(5, 301)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMaker:
    """What an authenticator app keeps of an account."""

    key: bytes = field(repr=False)
    digits: int = 6
    period_s: int = 30
    algorithm: str = "SHA1"

    @classmethod
    def of(cls, text: str) -> Self:
        """Of the secret as sites show it (Base32, spaces and case do not matter), or of the `otpauth://` address that
        stands in their square pictures. ValueError, which never repeats the text, for anything else."""
        if not text.strip().lower().startswith("otpauth:"):
            return cls(key=_key(text))
        address, _, query = text.strip().partition("?")
        if not address.lower().startswith("otpauth://totp/"):
            raise ValueError("only otpauth://totp/ makes codes of the time")
        pairs = (each.partition("=") for each in query.split("&"))
        said = {name.lower(): _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) for name, _, value in pairs}
        algorithm = said.get("algorithm", "SHA1").upper()
        if algorithm not in _HASHES:
            raise ValueError(f"its algorithm is none of {', '.join(_HASHES)}")
        return cls(
            key=_key(said.get("secret", "")),
            digits=_number(said.get("digits", "6"), _DIGITS, "digits"),
            period_s=_number(said.get("period", "30"), _PERIODS_S, "period"),
            algorithm=algorithm,
        )

    def code(self, at_s: float) -> str:
        """The code at a time, in seconds since 1970."""
        moment = int(at_s // self.period_s).to_bytes(8, "big")
        digest = hmac.new(self.key, moment, _HASHES[self.algorithm]).digest()
        start = digest[-1] & 0xF
        number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
        return str(number % 10**self.digits).zfill(self.digits)

    def left_s(self, at_s: float) -> float:
        """How long the code of a time is still the current one."""
        return self.period_s - at_s % self.period_s


def _key(secret: str) -> bytes:
    plain = "".join(secret.split()).replace("-", "").rstrip("=").upper()
    try:
        key = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError("it is no secret of an authenticator app: those have only letters and the digits 2 to 7")
    return key


def _number(text: str, allowed: range, name: str) -> int:
    if not text.isdecimal() or int(text) not in allowed:
        raise ValueError(f"its {name} are none of {allowed.start} to {allowed.stop - 1}")
    return int(text)
