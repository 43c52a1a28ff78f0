"""Keeps what a browser that dies would take with it: where a session is, and its login.

What changes something may have logged in: the login is read as soon as that has led elsewhere, while the next step
begins. That step does not end before the login is known, and one that changes something itself, or leads elsewhere,
does not begin. What merely opens an address seldom logs in: it is read a moment later, once for many addresses.
"""

import asyncio

from playwright.async_api import Error as PlaywrightError

from robot.browser.place import Place, Storage
from robot.browser.storage_watch import is_same_site, storage_seen
from robot.errors import ActionError

SOON_S = 0.5
"""A login that a mere address brings is seen so much later, so that a quick row of addresses costs one look."""


async def remember(place: Place, *, has_changed: bool) -> None:
    """After a step in this place; `has_changed`: it did more than read. Raises nothing."""
    await known(place)
    is_elsewhere = note_address(place)
    place.may_have_login = place.may_have_login or has_changed
    if is_elsewhere and place.may_have_login:
        place.may_have_login = False
        place.login_reading = asyncio.get_running_loop().create_task(_remember_login(place))
        if place.has_left_site:
            await known(place)  # the next step would find pages that are not the run's
    elif (is_elsewhere or has_changed) and (place.reading is None or place.reading.done()):
        place.reading = asyncio.get_running_loop().create_task(_remember_later(place))


async def known(place: Place) -> None:
    """Returns when the login is known that may have come with the last step; bounded by the limits of its reading."""
    if place.login_reading is not None and not place.login_reading.done():
        await asyncio.wait({place.login_reading})


def note_address(place: Place) -> bool:
    """Keeps where a session is; True when it is elsewhere than before."""
    before, session = place.url, place.session
    if session is None or session.page.url == before:
        return False
    place.url = session.page.url
    place.has_left_site = place.has_left_site or (before is not None and not is_same_site(before, place.url))
    return True


async def remember_storage(place: Place) -> None:
    """Keeps what a session must have again if its browser dies. PlaywrightError or ActionError when it cannot tell."""
    seen: Storage
    session = place.session
    if session is None:
        return
    has_left, place.has_left_site = place.has_left_site, False
    try:
        if has_left:
            seen = await session.storage()
        else:
            seen = await storage_seen(session, place.storage or place.options.storage)
    except BaseException:
        place.has_left_site = place.has_left_site or has_left
        raise
    if place.session is session:
        place.storage = seen


def forget(place: Place) -> None:
    """Its session is given back."""
    for reading in (place.reading, place.login_reading):
        if reading is not None:
            reading.cancel()


async def _remember_login(place: Place) -> None:
    try:
        await remember_storage(place)
    except (ActionError, PlaywrightError):
        place.is_suspect = True  # the action was done; the next one finds out about the session


async def _remember_later(place: Place) -> None:
    await asyncio.sleep(SOON_S)
    session = place.session
    if session is None or session.is_lost or session.has_crashed:
        return
    try:
        await remember_storage(place)
    except (ActionError, PlaywrightError):
        pass  # the next step finds out about the session
