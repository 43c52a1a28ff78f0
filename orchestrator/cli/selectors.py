"""`botswain selectors`: which targets have begun to need their later locators."""

from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, write_json, write_table
from orchestrator.contract.api.selectors import SelectorView


def selectors(
    *,
    every: Annotated[bool, typer.Option("--all", help="Also targets whose first locator works.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show targets whose runs fall back to later locators, before none of them works any more.

    Only targets with several locators are watched. Putting the one that works first ends the warning.
    """

    async def ask() -> tuple[SelectorView, ...]:
        async with connected(connect, key, data_dir) as client:
            return await client.selectors.list()

    views = [each for each in run_async(ask()) if every or each.fallbacks]
    if as_json:
        write_json(views)
        return
    rows = [
        (
            each.workflow_name,
            each.step_id,
            Text(f"{each.fallbacks} of {each.uses}", style="yellow" if each.is_falling_back else ""),
            each.locators[0],
            each.newest,
            at_text(each.used_at),
        )
        for each in views
    ]
    write_table(("WORKFLOW", "STEP", "FELL BACK", "FIRST", "WORKED LAST", "AT"), rows, empty="Nothing falls back.")
