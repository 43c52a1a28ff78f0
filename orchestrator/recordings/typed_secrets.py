"""Which typed texts are secrets: judged by the words of the field that they were typed into."""

import re
from collections.abc import Mapping

from orchestrator.contract.ids import JsonValue

_PASSWORD = re.compile(
    r"pass(?!ive|age|enger|port\b)|(?<![a-z])pwd|passwor[dt]|kennwort|mot.?de.?passe|contrase|senha|wachtwoord|parola"
    r"|has(l|ł)o|l(ö|o)senord|пароль|密码|密碼|パスワード|비밀번호",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?<![a-z])(secret|api.?key|access.?key|token|otp|totp|one.?time.?code|pin|cvv|cvc|credit.?card|card.?number)(?![a-z])",
    re.IGNORECASE,
)


def secret_name(*words: str) -> str | None:
    """The name of the variable for a text that was typed into a field with these words; None when it is no secret."""
    spoken = " ".join(_spaced(word) for word in words)
    if _PASSWORD.search(spoken):
        return "password"
    found = _OTHER.search(spoken)
    return re.sub(r"\W+", "_", found.group(1).lower()) if found else None


def words_of(target: JsonValue) -> str:
    """All texts of a target, which say what the field is called."""
    match target:
        case str():
            return target
        case Mapping():
            return " ".join(words_of(each) for key, each in target.items() if key != "frame")
        case list():
            return " ".join(map(words_of, target))
        case _:
            return ""


def masked(value: JsonValue, secrets: Mapping[str, str]) -> JsonValue:
    """The value with every secret text in it replaced by the expression of its variable; `secrets` is text → name."""
    match value:
        case str():
            return _masked_text(value, secrets)
        case list():
            return [masked(each, secrets) for each in value]
        case dict():
            return {key: masked(each, secrets) for key, each in value.items()}
        case _:
            return value


MIN_INNER_LENGTH = 4
"""A shorter secret is replaced only where it is the whole text: `1` stands in too many other places."""


def _masked_text(text: str, secrets: Mapping[str, str]) -> str:
    for secret, name in sorted(secrets.items(), key=lambda each: -len(each[0])):
        if text == secret or len(secret) >= MIN_INNER_LENGTH:
            text = text.replace(secret, f"${{{{ {name} }}}}")
    return text


def _spaced(text: str) -> str:
    """`userPassword` and `user_pin` as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", text)
