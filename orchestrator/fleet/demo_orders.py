"""What the demo asks robots to do on its site, and whether what they gave is right."""

from collections.abc import Mapping
from importlib import resources

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_source import LoadedWorkflow, load_workflow
from orchestrator.fleet.demo_check import discovery_mistakes, listed_proposals, rows_of, submission_mistakes
from orchestrator.fleet.demo_proposals import ACCOUNT, demo_proposals

DISCOVERY = "job-discovery"
SUBMISSION = "proposal-submission"
_KEYWORD_VARIABLES = ("product_keywords", "field_keywords", "related_keywords")

Row = Mapping[str, JsonValue]


def sample(name: str) -> LoadedWorkflow:
    """A workflow that ships with the product, by the name of its file without the ending."""
    text = (resources.files("resources") / "workflows" / f"{name}.yaml").read_text(encoding="utf-8")
    return load_workflow(text, source=f"{name}.yaml")


def on_site(name: str, site_url: str, *, called: str = "") -> JsonValue:
    """A sample as a document that knows where the site is, so that nobody who runs it is asked; maybe `called` else.

    A sample that works on no site is as it ships.
    """
    document = sample(name).named
    assert isinstance(document, dict)
    document = {**document, "name": called or document["name"]}
    variables = document.get("variables")
    if not isinstance(variables, dict) or "site" not in variables:
        return document
    site: JsonValue = {"type": "string", "default": site_url, "description": "Address of the marketplace"}
    return {**document, "variables": {**variables, "site": site}}


def discovery_variables(site_url: str) -> dict[str, JsonValue]:
    """What Job Discovery is given."""
    return {"site": site_url}


def submission_variables(site_url: str, discovered: Row) -> dict[str, JsonValue]:
    """What Proposal Submission is given, after Job Discovery gave these outputs."""
    return {
        "site": site_url,
        "username": ACCOUNT.email,
        "password": ACCOUNT.password,
        "proposals": demo_proposals(rows_of(discovered.get("jobs"))),
    }


async def demo_mistakes(site_url: str, discovered: Row, submitted: Row) -> list[str]:
    """What is wrong with the outputs of both workflows; empty when they are what the site's own data says."""
    proposals = demo_proposals(rows_of(discovered.get("jobs")))
    listed = await listed_proposals(site_url, ACCOUNT)
    return [
        *discovery_mistakes(discovered, keywords_of(sample(DISCOVERY).definition)),
        *submission_mistakes(submitted, proposals, listed),
    ]


def keywords_of(definition: WorkflowDefinition) -> list[str]:
    """Every keyword that the three searches look for by default."""
    lists = [definition.variables[name].default for name in _KEYWORD_VARIABLES]
    return [str(word) for words in lists if isinstance(words, list) for word in words]
