"""Steps open web addresses only, seen from the right place and within the network policy."""

import pytest

from orchestrator.contract.errors import ErrorKind
from robot.actions.addresses import absolute_address, checked_address
from robot.errors import ActionError


@pytest.mark.parametrize(
    ("url", "base", "absolute"),
    [
        ("https://a.example/x", None, "https://a.example/x"),
        ("/jobs", "http://localhost:8000/", "http://localhost:8000/jobs"),
        ("jobs?q=1", "http://localhost:8000/app/", "http://localhost:8000/app/jobs?q=1"),
        ("?page=2", "http://localhost:8000/jobs?q=1", "http://localhost:8000/jobs?page=2"),
        ("localhost:8000/x", None, "http://localhost:8000/x"),
        ("//other.example/x", "https://a.example/", "https://other.example/x"),
    ],
)
def test_an_address_becomes_absolute(url: str, base: str | None, absolute: str) -> None:
    assert absolute_address(url, base) == absolute


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "chrome://crash", "javascript:alert(1)", "data:text/html,x", "FILE:///x", "about:config",
     "view-source:http://a", "javascript:1", " javascript:alert(1)",
     "http://", "http://[::1", "http://a:99999/", "/relative", ""],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ActionError) as caught:
        absolute_address(url, None)
    assert caught.value.info.kind is ErrorKind.BAD_WORKFLOW


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://localhost/", "http://10.0.0.1/", "http://[::1]/"])
async def test_private_networks_are_refused_by_policy(url: str) -> None:
    assert await checked_address(url, base=None, allow_private_networks=True) == url
    with pytest.raises(ActionError, match="private network"):
        await checked_address(url, base=None, allow_private_networks=False)
