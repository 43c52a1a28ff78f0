"""Links that installed packages add to the submission chain, through the entry point group `botswain.middleware`."""

import logging
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from orchestrator.contract.errors import BotswainError
from orchestrator.contract.pipeline import Handler
from orchestrator.engine.errors import MiddlewareError
from orchestrator.engine.middleware import Accepted, SubmissionMiddleware
from orchestrator.engine.submission import Submission

logger = logging.getLogger(__name__)

GROUP = "botswain.middleware"


def installed_middleware(found: Iterable[EntryPoint] | None = None) -> tuple[SubmissionMiddleware, ...]:
    """The links by the names of their entry points. MiddlewareError for one that cannot be loaded.

    A package that somebody installed to check submissions must not be missing without a word.
    """
    points = sorted(entry_points(group=GROUP) if found is None else found, key=lambda point: point.name)
    return tuple(_Guarded(point.name, _loaded(point)) for point in points)


def _loaded(point: EntryPoint) -> SubmissionMiddleware:
    try:
        link = point.load()
    except Exception as error:  # another package's code: whatever it raises, the person reads which one it was
        raise MiddlewareError(point.name, f"cannot be loaded from {point.value}: {error}") from error
    if not callable(link):
        raise MiddlewareError(point.name, f"{point.value} is no function of (work, rest)")
    logger.info("Action=load Status=ok Middleware=%s From=%s", point.name, point.value)
    return link  # type: ignore[no-any-return]  # the border to other packages' code


class _Guarded:
    """A link whose unexpected errors name it; refusals on purpose pass as they are."""

    def __init__(self, name: str, link: SubmissionMiddleware) -> None:
        self._name = name
        self._link = link

    async def __call__(self, work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
        try:
            return await self._link(work, rest)
        except BotswainError:
            raise
        except Exception as error:  # somebody else's code may raise anything, and refuses this submission alone
            logger.exception("The middleware %s failed.", self._name)
            raise MiddlewareError(self._name, f"failed: {error}") from error
