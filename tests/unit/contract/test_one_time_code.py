"""Codes of authenticator apps, against the values that RFC 6238 publishes."""

import base64

import pytest

from orchestrator.contract.actions.marketplace import Login
from orchestrator.contract.one_time_code import CodeMaker

SECRET = base64.b32encode(b"12345678901234567890").decode()
LONGER = base64.b32encode(b"1234567890" * 6 + b"1234").decode()


@pytest.mark.parametrize(
    ("secret", "algorithm", "at_s", "code"),
    [
        (SECRET, "SHA1", 59, "94287082"),
        (SECRET, "SHA1", 1_111_111_109, "07081804"),
        (SECRET, "SHA1", 20_000_000_000, "65353130"),
        (LONGER, "SHA512", 59, "90693936"),
        (LONGER, "SHA512", 1_234_567_890, "93441116"),
    ],
)
def test_codes_are_those_of_the_standard(secret: str, algorithm: str, at_s: float, code: str) -> None:
    maker = CodeMaker.of(f"otpauth://totp/Shop:ada?secret={secret}&digits=8&algorithm={algorithm}&issuer=Shop")
    assert maker.code(at_s) == code


def test_a_secret_is_read_as_sites_show_it() -> None:
    shown = " ".join(SECRET.lower()[at : at + 4] for at in range(0, len(SECRET), 4))
    assert CodeMaker.of(shown).code(59) == "287082"
    assert CodeMaker.of(shown).left_s(59) == 1


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("not base 32!", "no secret of an authenticator app"),
        ("123456", "no secret of an authenticator app"),
        ("otpauth://hotp/x?secret=GEZDGNBV", "only otpauth://totp/"),
        ("otpauth://totp/x?secret=GEZDGNBV&digits=40", "digits are none of 6 to 8"),
        ("otpauth://totp/x?secret=GEZDGNBV&algorithm=MD5", "its algorithm is none of SHA1"),
    ],
)
def test_what_is_no_secret_is_told_and_never_repeated(secret: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as wrong:
        CodeMaker.of(secret)
    assert secret not in str(wrong.value)


def test_a_login_takes_a_secret_or_a_code() -> None:
    with pytest.raises(ValueError, match="not both"):
        Login(username="ada", password="x", totp=SECRET, code="123456")
    with pytest.raises(ValueError, match="no secret of an authenticator app"):
        Login(username="ada", password="x", totp="wrong!")
