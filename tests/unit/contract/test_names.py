"""Names with characters that nobody sees are refused where they come in."""

import pytest
from pydantic import ValidationError

from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.api.triggers import TriggerKind, TriggerRequest
from orchestrator.contract.names import control_character


@pytest.mark.parametrize(
    ("text", "found"),
    [("plain", None), ("Ümläut 中 🙂", None), ("a\x00b", "U+0000"), ("a\nb", "U+000A"), ("\x9b", "U+009B")],
)
def test_control_characters_are_found(text: str, found: str | None) -> None:
    assert control_character(text) == found


def test_requests_name_the_field() -> None:
    with pytest.raises(ValidationError, match=r"control character \(U\+0000\)") as wrong:
        ScheduleRequest(name="a\x00", workflow="w", rule=ScheduleRule(frequency="daily"))
    assert wrong.value.errors()[0]["loc"] == ("name",)
    with pytest.raises(ValidationError, match=r"control character \(U\+001B\)"):
        TriggerRequest(name="\x1b[2J", on=TriggerKind.WEBHOOK, workflow="w")
