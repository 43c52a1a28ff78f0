"""`botswain workflows from-template`: a workflow of one's own from a sample, a file or a stored workflow."""

from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, say, write_json
from orchestrator.cli.source import Variables, load_source, looks_like_file, sample_names
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.workflows import WorkflowView
from orchestrator.contract.templates import instantiate
from orchestrator.contract.variables import given_variables
from orchestrator.contract.workflow import WorkflowDefinition


def from_template(
    template: Annotated[
        str,
        typer.Argument(
            metavar="TEMPLATE", help="A sample, a file, or a stored workflow (id or name).", show_default=False
        ),
    ],
    *,
    name: Annotated[str, typer.Option("--name", help="Name of the new workflow.")],
    var: Variables = None,
    description: Annotated[str | None, typer.Option(help="Default: the template's.")] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Store a workflow made of a template: the same steps, another name, --var as the variables' new defaults.

    `botswain workflows samples` lists the templates that ship with the product.

    Example:  botswain workflows from-template job-discovery --name "Tea jobs" --var 'keywords=tea, coffee'
    """

    async def ask() -> WorkflowView:
        async with connected(connect, key, data_dir) as client:
            source = await _definition(client, template)
            made = instantiate(source, name=name, defaults=given_variables(source, var or ()), description=description)
            return await client.save_workflow(made.model_dump(mode="json", exclude_defaults=True))

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(f"{view.name} is stored ({view.workflow_id}); run it with `botswain submit '{view.name}'`.")


async def _definition(client: OrchestratorClient, template: str) -> WorkflowDefinition:
    if looks_like_file(template) or template in sample_names():
        return load_source(template).definition
    return WorkflowDefinition.model_validate((await client.workflow(template)).definition)
