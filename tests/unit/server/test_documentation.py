"""The pages about protocol, API and operation speak of what is there, and of all of it."""

import re
from pathlib import Path

from fastapi import FastAPI

from orchestrator.config import Settings
from orchestrator.contract.protocol.jobs import ResultOutcome
from orchestrator.contract.protocol.message import MessageType
from orchestrator.server import application

DOCS = Path(__file__).parents[3] / "docs"


def first_cells(page: str) -> list[str]:
    """What stands between backticks in the first cell of each row of the page's tables."""
    rows = re.findall(r"^\| (.*?) \|", (DOCS / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def test_the_protocols_page_has_a_row_for_each_type_of_message() -> None:
    named = [cell for cell in first_cells("protocol.md") if cell in set(MessageType)]
    assert sorted(named) == sorted(MessageType)


def test_the_protocols_page_explains_each_outcome_of_a_result() -> None:
    page = (DOCS / "protocol.md").read_text(encoding="utf-8")
    assert [outcome for outcome in ResultOutcome if f"`{outcome}`" not in page] == []


def test_the_apis_page_lists_the_routes_that_exist() -> None:
    served = FastAPI()
    served.include_router(application._routes())
    routes = [f"{method.upper()} {path}" for path, methods in served.openapi()["paths"].items() for method in methods]
    named = [cell for cell in first_cells("api.md") if cell.split()[0] in {"GET", "POST", "PUT", "PATCH", "DELETE"}]
    assert sorted(named) == sorted(routes)


def test_the_operators_page_lists_the_settings_that_exist() -> None:
    page = (DOCS / "operating.md").read_text(encoding="utf-8")
    table = page.partition("## Settings")[2].partition("## ")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)) == sorted(Settings.model_fields)
