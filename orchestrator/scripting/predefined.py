"""The workflows that ship with the product, and what starts two of them with one call."""

from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Protocol

from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_source import load_workflow
from orchestrator.scripting.builder import workflow

JOB_DISCOVERY = "Job Discovery"
PROPOSAL_SUBMISSION = "Proposal Submission"


def predefined_workflows() -> Iterator[WorkflowDefinition]:
    """Every sample, by the names of their files."""
    folder = resources.files("resources") / "workflows"
    for each in sorted(folder.iterdir(), key=lambda file: file.name):
        if each.name.endswith(".yaml"):
            yield load_workflow(each.read_text(encoding="utf-8"), source=each.name).definition


class Director(Protocol):
    """What these functions need of an orchestrator."""

    async def execute_workflow(
        self,
        workflow: WorkflowDefinition | str,
        input: Mapping[str, JsonValue] | None = None,  # noqa: A002  what the reference systems call it
    ) -> str:
        """Queue an execution; its id."""
        ...


async def create_job_discovery_workflow(
    director: Director, keywords: Sequence[str], parallel: bool = True, *, site: str | None = None, max_pages: int = 10
) -> str:
    """Search a marketplace for each keyword, side by side or one after the other; the execution's id.

    Its outputs are `jobs`, each once, best score first, and their `count`. Without `site` the robots' base address
    counts.
    """
    definition = job_discovery(keywords, parallel=parallel, max_pages=max_pages)
    return await director.execute_workflow(definition, {"site": site} if site is not None else {})


async def create_proposal_submission_workflow(
    director: Director,
    proposals: Sequence[Mapping[str, JsonValue]],
    batch_size: int = 5,
    *,
    site: str,
    username: str,
    password: str,
) -> str:
    """Validate proposals, send the good ones in batches and look whether they arrived; the execution's id."""
    variables: dict[str, JsonValue] = {
        "site": site,
        "username": username,
        "password": password,
        "proposals": [dict(each) for each in proposals],
        "batch_size": batch_size,
    }
    samples = {each.name: each for each in predefined_workflows()}
    return await director.execute_workflow(samples[PROPOSAL_SUBMISSION], variables)


def job_discovery(keywords: Sequence[str], *, parallel: bool = True, max_pages: int = 10) -> WorkflowDefinition:
    """A search step for each keyword, and what makes one list of all they find. UserError without a keyword."""
    if not keywords:
        raise UserError("keywords: give at least one.", field="keywords")
    flow = (
        workflow("Job Discovery by keywords", "Searches a marketplace for keywords; each job once, best score first.")
        .describe(folder="Marketplace", parallel=parallel, retry_safe=True)
        .variable("site", "", type="string", description="Address of the marketplace")
        .step("sessions", "create_session_pool", {"pool_size": min(len(keywords), 5) if parallel else 1})
    )
    searches = [f"search_{number}" for number in range(1, len(keywords) + 1)]
    for step, keyword in zip(searches, keywords, strict=True):
        parameters: dict[str, JsonValue] = {"site": "${{ site }}", "keywords": [keyword], "max_pages": max_pages}
        flow = flow.step(step, "search_jobs", parameters, needs="sessions", name=f"Search for {keyword}", retries=2)
    results: list[JsonValue] = [f"${{{{ steps.{step}.result }}}}" for step in searches]
    return (
        flow.step("merge", "merge_job_results", {"results": results}, needs=searches)
        .step("best_first", "sort", {"items": "${{ steps.merge.result }}", "by": ["-score", "id"]}, needs="merge")
        .output("jobs", "${{ steps.best_first.result }}")
        .output("count", "${{ len(steps.best_first.result) }}")
        .build()
    )
