"""Our words for a session become Browserbase's, field by field."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from robot.browser.providers.browserbase_mapping import (
    BrowserbaseSettings,
    create_parameters,
    mark_of,
    query_of,
)
from robot.browser.providers.port import SessionSpec
from robot.browser.session_options import SessionOptions


def mapped(**settings: Any) -> dict[str, Any]:
    made = BrowserbaseSettings(api_key=SecretStr("k"), **settings)
    spec = SessionSpec(owner="job-1/2", options=SessionOptions(viewport=(800, 600)))
    return create_parameters(made, spec, robot="r", instance="i", lease="l")


@pytest.mark.feature("O25")
def test_the_usual_session_is_recorded_solves_captchas_and_carries_our_marks() -> None:
    assert mapped() == {
        "api_timeout": 3_600,
        "browser_settings": {
            "viewport": {"width": 800, "height": 600},
            "record_session": True,
            "block_ads": False,
            "solve_captchas": True,
        },
        "user_metadata": {
            "botswainRobot": "r",
            "botswainInstance": "i",
            "botswainLease": "l",
            "botswainOwner": "job-1/2",
        },
    }


@pytest.mark.feature("O25", "D67")
def test_region_stealth_proxies_and_keeping_alive_have_the_services_names() -> None:
    wanted = mapped(
        project_id="p-1",
        region="eu-central-1",
        stealth="verified",
        keep_alive=True,
        record=False,
        proxies=[
            {"country": "DE", "city": "Berlin"},
            {"server": "http://proxy:3128", "username": "u", "password": "s3cret", "domain_pattern": "intra"},
        ],
    )
    assert wanted["project_id"] == "p-1"
    assert wanted["region"] == "eu-central-1"
    assert wanted["keep_alive"] is True
    assert wanted["browser_settings"]["verified"] is True
    assert wanted["browser_settings"]["record_session"] is False
    assert wanted["proxies"] == [
        {"type": "browserbase", "geolocation": {"country": "DE", "city": "Berlin"}},
        {
            "type": "external",
            "server": "http://proxy:3128",
            "username": "u",
            "password": "s3cret",
            "domain_pattern": "intra",
        },
    ]
    assert mapped(proxies=True)["proxies"] is True


def test_a_region_that_the_service_has_not_got_is_refused() -> None:
    with pytest.raises(ValidationError):
        mapped(region="moon-1")


def test_marks_are_read_back() -> None:
    assert query_of("r-1") == "user_metadata['botswainRobot']:'r-1'"
    assert mark_of({"botswainLease": "l"}, "botswainLease") == "l"
    assert mark_of({"botswainLease": 3}, "botswainLease") == mark_of(None, "botswainLease") == ""
