"""An example of a package that adds an action; `docs/extending.md` walks through it."""

from typing import TYPE_CHECKING

from pydantic import Field

from orchestrator.contract.actions.installed import action
from orchestrator.contract.actions.spec import Parameters
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import LogLevel

if TYPE_CHECKING:
    from robot.actions.work import Work


class Outline(Parameters):
    """Which headings are wanted."""

    deepest: int = Field(default=3, ge=1, le=6)


@action(
    "headings.outline",
    parameters=Outline,
    summary="Reads the headings of the page.",
    result="A list of {level, text}.",
    safe_to_repeat=True,
)
async def outline(work: "Work", wanted: Outline) -> list[JsonValue]:
    """Every heading down to the deepest level, in the order of the page."""
    page = await work.page()
    found: list[JsonValue] = []
    for heading in await page.locator(",".join(f"h{level}" for level in range(1, wanted.deepest + 1))).all():
        level = int((await heading.evaluate("element => element.tagName"))[1:])
        found.append({"level": level, "text": await heading.inner_text()})
    work.log(LogLevel.INFO, f"The page has {len(found)} headings.")
    return found
