"""Errors on purpose follow from the seed and from how often a page was asked for."""

from resources.demo_site.faults import Faults
from resources.demo_site.settings import SiteSettings

SETTINGS = SiteSettings(seed=3, error_rate=0.5)


def fates(faults: Faults, request: str, times: int) -> list[float]:
    return [faults.draw(SETTINGS, request).random() for _ in range(times)]


def test_the_same_requests_meet_the_same_fates_in_every_run() -> None:
    assert fates(Faults(), "GET /jobs?q=x", 20) == fates(Faults(), "GET /jobs?q=x", 20)


def test_a_repeated_request_gets_another_chance() -> None:
    assert len(set(fates(Faults(), "GET /", 20))) == 20


def test_other_requests_in_between_change_nothing() -> None:
    alone, mixed = Faults(), Faults()
    fates(mixed, "GET /b", 5)
    assert fates(alone, "GET /a", 5) == fates(mixed, "GET /a", 5)


def test_forgetting_begins_again() -> None:
    faults = Faults()
    first = fates(faults, "GET /", 3)
    faults.forget()
    assert fates(faults, "GET /", 3) == first
