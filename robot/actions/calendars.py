"""Dates of fields that take no keys: the day is chosen in the calendar that the field opens, as a person would."""

import asyncio
import re
import time
from datetime import date
from typing import Any, cast

from playwright.async_api import ElementHandle
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator

from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from robot.actions.losses import is_lost
from robot.errors import ActionError

_POLL_S = 0.05
"""A foreign calendar has no event that says "this is another month now": it is asked again."""
_OPENS_S = 1.0
_TURNS_S = 2.0
_FADES_S = 0.4
"""So long a calendar of another field may take to go, or to come here."""
_CLICK_MS = 1_500.0
_MOST_TURNS = 600
_HINT = "Write the day like 2026-12-31."
_BY_YEAR = re.compile(r"^\s*(\d{4})([-/])(\d{1,2})\2(\d{1,2})\s*$")
_ANY = re.compile(r"^\s*\d{1,4}([-./])\s?\d{1,2}\1\s?\d{1,4}\s*$")
_DOTTED = re.compile(r"^\s*(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\s*$")

_MONTHS = r"""field => {
  const languages = [document.documentElement.lang, ...navigator.languages, 'en', 'de', 'fr', 'es', 'it', 'pt', 'nl',
    'pl', 'cs', 'sv', 'da', 'ru', 'tr'].filter(Boolean);
  const plain = text => text.toLowerCase().replace(/\./g, '');
  const months = new Map();
  const forms = ['long', 'short'].flatMap(month => [{ month }, { month, day: 'numeric' }]);
  for (const language of new Set(languages)) for (const form of forms)
    for (let at = 0; at < 12; at++) {
      const parts = new Intl.DateTimeFormat(language, form).formatToParts(new Date(2024, at, 1));
      const name = plain(parts.find(part => part.type === 'month').value);
      if (/\p{L}/u.test(name) && !months.has(name)) months.set(name, at + 1);
    }
  return [...months];
}"""
"""Names of months as pages write them, the page's own language first, and their numbers."""
_FIND = r"""(field, named) => {
  const months = new Map(named);
  const plain = text => text.toLowerCase().replace(/\./g, '');
  const deep = root => [...root.querySelectorAll('*')].flatMap(
    each => each.shadowRoot ? [each, ...deep(each.shadowRoot)] : [each]);
  const seen = each => each.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && each.getClientRects().length > 0;
  const number = each => /^\s*\d{1,2}\s*$/.test(each.textContent) ? Number(each.textContent) : 0;
  const isDay = each => each.childElementCount === 0 && each.tagName !== 'OPTION'
    && number(each) >= 1 && number(each) <= 31 && seen(each);
  const daysOf = grid => {
    const all = [...grid.querySelectorAll('*')].filter(isDay);
    for (let first = 0; first < all.length; first++) {
      let count = 0;
      while (first + count < all.length && number(all[first + count]) === count + 1) count++;
      if (count >= 28) return all.slice(first, first + count);
    }
    return [];
  };
  const gridOf = day => {
    for (let box = day.parentElement, level = 0; box && level < 6; box = box.parentElement, level++) {
      const days = daysOf(box);
      if (days.length) return { grid: box, days };
    }
    return null;
  };
  const words = (node, grid) => node === grid ? '' : node.nodeType === 3 ? node.data
    : node.nodeType !== 1 || !node.checkVisibility() ? ''
    : node.tagName === 'SELECT' ? [...node.selectedOptions].map(each => each.label).join(' ')
    : node.tagName === 'INPUT' ? node.value : [...node.childNodes].map(each => words(each, grid)).join(' ');
  const monthOf = (text, year) => {
    const place = text.indexOf(year);
    const named = [...text.matchAll(/[\p{L}.]+/gu)].filter(word => months.has(plain(word[0])))
      .sort((one, other) => Math.abs(one.index - place) - Math.abs(other.index - place));
    if (named.length) return months.get(plain(named[0][0]));
    const numbered = /(\d{1,2})\s*月/.exec(text) ?? /\b(0?[1-9]|1[0-2])\s*[\/.]\s*(?:19|20|21)\d\d\b/.exec(text)
      ?? /\b(?:19|20|21)\d\d\s*[-\/.]\s*(0?[1-9]|1[0-2])\b/.exec(text);
    return numbered ? Number(numbered[1]) : 0;
  };
  const way = (box, grid, wanted) => [...box.querySelectorAll('*')].find(each => {
    if (grid.contains(each) || !seen(each)) return false;
    const said = [each.getAttribute('class'), each.ariaLabel, each.title, each.dataset.action, each.dataset.handler,
      each.getAttribute('rel'), each.childElementCount ? '' : each.textContent].filter(Boolean).join(' ');
    return wanted.test(said) && !/year|jahr|année|año|anno|decade|double/i.test(said);
  });
  const onward = /next|forward|weiter|nächst|suivant|siguiente|próximo|successiv|volgend|[\u203a\u00bb]/i;
  const back = /prev|backward|zurück|vorherig|voriger|précédent|anterior|preced|[\u2039\u00ab]/i;
  for (const day of deep(document).filter(each => isDay(each) && number(each) === 15)) {
    const found = gridOf(day);
    if (!found || found.grid.contains(field)) continue;
    for (let box = found.grid.parentElement, level = 0; box && level < 5; box = box.parentElement, level++) {
      const text = words(box, found.grid);
      const year = Number((/(?:^|\D)((?:18|19|20|21)\d\d)(?!\d)/.exec(text) ?? [])[1] ?? 0);
      const month = monthOf(text, year), next = way(box, found.grid, onward), previous = way(box, found.grid, back);
      if (!year || !month || !next && !previous && level < 4) continue;
      const years = [...box.querySelectorAll('select, input')].find(
        each => seen(each) && words(each, null).trim() === String(year));
      const done = [...box.querySelectorAll('button, [role=button]')].find(
        each => seen(each) && /^(ok|apply|done|set|select|choose|übernehmen|fertig|anwenden|valider|aceptar)$/i
          .test(each.innerText.trim()));
      return { year, month, days: found.days, next, previous, years, done };
    }
  }
  return null;
}"""
"""The open calendar: cells from 1 to the month's last day, a month's name and a year near them, and what turns it."""
_OPENS = """field => field.tagName === 'INPUT' && !['date', 'month', 'week', 'datetime-local'].includes(field.type)
  && field.closest('[aria-haspopup=dialog], [aria-haspopup=grid]') !== null"""
_TEXT = "field => String(field.value ?? field.innerText ?? '')"


def as_date(text: str) -> date | None:
    """The day of a text like 2026-12-24 or 24.12.2026; others may mean two days, or none."""
    try:
        if (found := _BY_YEAR.match(text)) is not None:
            return date(int(found[1]), int(found[3]), int(found[4]))
        if (found := _DOTTED.match(text)) is not None:
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        pass
    return None


async def pick_day(found: PageLocator, text: str, target: Target, wait_ms: float, *, kind: ErrorKind) -> bool:
    """Opens the field's calendar and chooses the day; False when a click opens none. ActionError of this kind when the
    text is no day, or the calendar does not let one choose it."""
    picker = _Picker(await found.element_handle(timeout=wait_ms), target, wait_ms, kind)
    if not await picker.open():
        return False
    wanted = as_date(text)
    if wanted is None:
        await picker.leave()
        message = f"{target} opens a calendar and takes no keys; {text!r} is no day that it could mean."
        raise ActionError.of(kind, message, hint=_HINT)
    await picker.turn_to(wanted)
    await picker.choose(wanted)
    return True


async def settle_day(found: PageLocator, text: str, target: Target, wait_ms: float, *, kind: ErrorKind) -> None:
    """Closes the calendar of a field that a day was written into, and sees to it that the field holds that day: some
    read other notations as other days. ActionError of this kind when it does not."""
    picker = _Picker(await found.element_handle(timeout=wait_ms), target, wait_ms, kind)
    if not await picker.is_open() and not await found.evaluate(_OPENS, timeout=wait_ms):
        return
    await found.press("Tab", timeout=wait_ms)
    held = await picker.text()
    if _numbers(held) == _numbers(text):
        return
    if as_date(text) is not None:
        await found.clear(timeout=wait_ms)
    if as_date(text) is None or not await pick_day(found, text, target, wait_ms, kind=kind):
        message = f"{target} makes {held[:200]!r} of {text!r}."
        raise ActionError.of(kind, message, hint=f"Write the day as the field shows it. {_HINT}")


def is_day(text: str) -> bool:
    """True for what may be a day in some notation."""
    return _ANY.match(text) is not None


def _numbers(text: str) -> list[int]:
    """Of a day, in whatever order, the year without its century."""
    return sorted(int(each[-2:]) for each in re.findall(r"\d+", text)[:3])


class _Picker:
    """The calendar of one field."""

    def __init__(self, field: ElementHandle, target: Target, wait_ms: float, kind: ErrorKind) -> None:
        self._field = field
        self._target = target
        self._until_s = time.monotonic() + wait_ms / 1_000
        self._kind = kind
        self._months: list[Any] = []
        self._facts: dict[str, Any] = {}

    async def is_open(self) -> bool:
        """True while a calendar is there."""
        return await self._look()

    async def open(self) -> bool:
        """Clicks the field; True once a calendar is there. One that is there before may be another field's."""
        was_open = await self._look()
        await self._field.click(timeout=_CLICK_MS)
        if was_open:
            await asyncio.sleep(_FADES_S)
        if await self._until(self._look, _OPENS_S):
            return True
        if was_open:  # it was this field's, and the click has closed it
            await self._field.click(timeout=_CLICK_MS)
        return was_open and await self._until(self._look, _OPENS_S)

    async def turn_to(self, wanted: date) -> None:
        """Turns to the month of a day."""
        if isinstance(years := self._facts.get("years"), ElementHandle) and self._facts["year"] != wanted.year:
            await self._choose_year(years, wanted.year)
        for _ in range(_MOST_TURNS):
            here = self._month
            if here == (wanted.year, wanted.month):
                return
            button = self._facts.get("next" if here < (wanted.year, wanted.month) else "previous")
            if not isinstance(button, ElementHandle) or time.monotonic() > self._until_s:
                break
            if not await self._click(button) or not await self._until(lambda here=here: self._left(here), _TURNS_S):
                break
        year, month = self._month
        await self.leave()
        message = f"The calendar of {self._target} does not go to {wanted:%Y-%m}; it stays at {year}-{month:02}."
        raise ActionError.of(self._kind, message)

    async def choose(self, wanted: date) -> None:
        """Clicks the day, and what confirms it, until the field holds it."""
        before = await self.text()
        day: ElementHandle = self._facts["days"][wanted.day - 1]
        done = self._facts.get("done")
        has_taken = await self._click(day) and await self._until(lambda: self._holds(wanted, before), _OPENS_S)
        if not has_taken and isinstance(done, ElementHandle):
            has_taken = await self._click(done) and await self._until(lambda: self._holds(wanted, before), _OPENS_S)
        if not has_taken:
            held = await self.text()
            await self.leave()
            message = f"The calendar of {self._target} does not take {wanted}; the field holds {held[:200]!r}."
            raise ActionError.of(self._kind, message)
        if await self._look():
            await self.leave()

    async def leave(self) -> None:
        """Closes what would lie over the next fields, or be taken for their calendar."""
        await self._field.press("Tab", timeout=_CLICK_MS)

    @property
    def _month(self) -> tuple[int, int]:
        return self._facts["year"], self._facts["month"]

    async def _choose_year(self, years: ElementHandle, year: int) -> None:
        here = self._month
        try:
            if await years.evaluate("each => each.tagName === 'SELECT'"):
                await years.select_option(str(year), timeout=_CLICK_MS)
            else:
                await years.fill(str(year), timeout=_CLICK_MS)
                await years.press("Enter", timeout=_CLICK_MS)
        except PlaywrightError as error:
            if is_lost(error):
                raise
        await self._until(lambda: self._left(here), _OPENS_S)

    async def _look(self) -> bool:
        """Looks at the calendar; False while none is open."""
        self._months = self._months or await self._field.evaluate(_MONTHS)
        seen = await self._field.evaluate_handle(_FIND, self._months)
        told = await seen.get_properties()
        if not told:
            return False
        days = await told["days"].get_properties()
        self._facts = {
            name: each.as_element() or await each.json_value() for name, each in told.items() if name != "days"
        }
        self._facts["days"] = [each.as_element() for each in days.values()]
        return True

    async def _left(self, month: tuple[int, int]) -> bool:
        return await self._look() and self._month != month

    async def text(self) -> str:
        """What the field holds."""
        return cast("str", await self._field.evaluate(_TEXT))

    async def _holds(self, wanted: date, before: str) -> bool:
        """The field says the day in some order, or at least another one than before."""
        text = await self.text()
        numbers = [int(each) for each in re.findall(r"\d+", text)]
        return wanted.day in numbers and (wanted.year in numbers or wanted.year % 100 in numbers or text != before)

    async def _click(self, element: ElementHandle) -> bool:
        try:
            await element.click(timeout=_CLICK_MS)
        except PlaywrightError as error:
            if is_lost(error):
                raise
            return False  # disabled, or drawn anew in between
        return True

    async def _until(self, holds: Any, limit_s: float) -> bool:
        until_s = min(time.monotonic() + limit_s, self._until_s)
        while not await holds():
            if time.monotonic() > until_s:
                return False
            await asyncio.sleep(_POLL_S)
        return True
