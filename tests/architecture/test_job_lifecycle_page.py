"""docs/job-lifecycle.md draws exactly the transitions that the code allows."""

import re
from collections.abc import Iterator
from pathlib import Path

from orchestrator.contract.states import FINAL_STATES, JobStatus
from orchestrator.domain.job import TRANSITIONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "job-lifecycle.md"


def diagram() -> Iterator[str]:
    """The page's Mermaid diagram, line by line, in the order of the states."""
    yield "stateDiagram-v2"
    yield "    [*] --> PENDING"
    yield "    [*] --> QUEUED"
    for before in JobStatus:
        for after in JobStatus:
            if after in TRANSITIONS[before]:
                yield f"    {before.name} --> {after.name}"
    for last in JobStatus:
        if last in FINAL_STATES:
            yield f"    {last.name} --> [*]"


def test_the_page_draws_the_transition_table() -> None:
    drawn = re.search(r"```mermaid\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert drawn is not None
    assert drawn[1].splitlines() == list(diagram())


def test_the_page_explains_every_state() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [state.name for state in JobStatus if f"| {state.name} |" not in text] == []
