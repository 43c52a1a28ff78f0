"""Middleware: links around a piece of work, each of which may change what happens, or end it."""

from collections.abc import Awaitable, Callable
from typing import Generic, Self, TypeVar

C = TypeVar("C")
R = TypeVar("R")

Handler = Callable[[C], Awaitable[R]]
Middleware = Callable[[C, Handler[C, R]], Awaitable[R]]
"""Gets the work and the rest of the chain; calls the rest, or does not, with what it likes."""


class Pipeline(Generic[C, R]):
    """Links in the order of `use`: the first is the outermost."""

    def __init__(self) -> None:
        self._links: list[Middleware[C, R]] = []
        self._chain: tuple[Handler[C, R], Handler[C, R]] | None = None
        """The newest core, and all links around it: it is nearly always the same."""

    def use(self, middleware: Middleware[C, R]) -> Self:
        """Add a link inside the others."""
        self._links.append(middleware)
        self._chain = None
        return self

    async def run(self, work: C, core: Handler[C, R]) -> R:
        """Send the work through every link to the core, and the answer back."""
        if self._chain is None or self._chain[0] != core:
            self._chain = (core, self._from(0, core))
        return await self._chain[1](work)

    def _from(self, place: int, core: Handler[C, R]) -> Handler[C, R]:
        if place == len(self._links):
            return core
        link, rest = self._links[place], self._from(place + 1, core)
        return lambda work: link(work, rest)
