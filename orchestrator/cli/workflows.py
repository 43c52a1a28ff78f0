"""`botswain workflows`: the workflows that an orchestrator keeps."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli import templates, versions
from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, count_text, say, wide_console, write_facts, write_json, write_table
from orchestrator.cli.source import checked_source, sample_names
from orchestrator.contract.api.workflows import WorkflowDetail, WorkflowView
from orchestrator.contract.errors import UserError
from orchestrator.contract.variables import expected
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_schema import workflow_schema
from orchestrator.contract.workflow_text import text_of

app = typer.Typer(
    help="The workflows that an orchestrator keeps, their versions, and where they are.", no_args_is_help=True
)
app.command("from-template")(templates.from_template)
app.command("versions")(versions.list_versions)
app.command("diff")(versions.diff_versions)
app.command("rollback")(versions.roll_back)
app.command("deploy")(versions.deploy)
app.command("undeploy")(versions.undeploy)
app.command("deployments")(versions.list_deployments)

WorkflowArgument = Annotated[
    str, typer.Argument(metavar="WORKFLOW", help="Id or name of the workflow.", show_default=False)
]


@app.command("schema")
def schema(
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there instead of to the output.")
    ] = None,
) -> None:
    """Write the JSON Schema of workflow files, by which editors complete and check them.

    Example:  botswain workflows schema -o workflow.schema.json
    """
    text = json.dumps(workflow_schema(), ensure_ascii=False, indent=2) + "\n"
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{str(output)!r} cannot be written: {error.strerror}.", field="output") from None
    say(f"Begin a workflow's file with: # yaml-language-server: $schema={output.name}")


@app.command("list")
def list_workflows(
    *, connect: Connect = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List the newest version of each workflow."""

    async def ask() -> list[WorkflowView]:
        async with connected(connect, key, data_dir) as client:
            return await client.workflows()

    views = run_async(ask())
    if as_json:
        write_json(views)
        return
    rows = [
        (view.name, view.folder, str(view.number), str(view.steps), view.workflow_hash, at_text(view.created_at))
        for view in views
    ]
    titles = ("WORKFLOW", "FOLDER", "VERSION", "STEPS", "HASH", "SAVED")
    write_table(titles, rows, empty="No workflow is stored. Save one with `botswain workflows save FILE`.")


@app.command("show")
def show_workflow(
    workflow: WorkflowArgument,
    *,
    version: Annotated[
        str | None, typer.Option("--version", "--hash", help="This version (number or hash) instead of the newest.")
    ] = None,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="The definition as YAML, to edit and save again.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a workflow: what it needs, and its steps.

    Example:  botswain workflows show "Job Discovery" --yaml > discovery.yaml
    """

    async def ask() -> WorkflowDetail:
        async with connected(connect, key, data_dir) as client:
            return await client.workflow(workflow, version=version)

    detail = run_async(ask())
    if as_json:
        write_json(detail)
    elif as_yaml:
        typer.echo(detail.source or text_of(detail.definition), nl=False)
    else:
        _show(detail)


@app.command("save")
def save_workflow(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A YAML or JSON file, or a sample's name.", show_default=False)
    ],
    *,
    workflow_id: Annotated[
        str | None, typer.Option("--id", help="Save as a new version of the workflow with this id, whatever its name.")
    ] = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Check a workflow and store it as the newest version.

    Examples:  botswain workflows save discovery.yaml  |  botswain workflows save job-discovery
    """
    workflow = checked_source(file)

    async def ask() -> WorkflowView:
        async with connected(connect, key, data_dir) as client:
            return await client.save_workflow(workflow.written, workflow_id=workflow_id)

    view = run_async(ask())
    if as_json:
        write_json(view)
    else:
        say(f"{view.name} is stored as version {view.number} ({view.workflow_hash}, {count_text(view.steps, 'step')}).")


@app.command("remove")
def remove_workflow(
    workflow: WorkflowArgument, *, connect: Connect = None, key: Key = None, data_dir: DataDir = None
) -> None:
    """Take a workflow out of the lists; jobs that ran keep their version."""

    async def ask() -> None:
        async with connected(connect, key, data_dir) as client:
            await client.remove_workflow(workflow)

    run_async(ask())
    say(f"{workflow} is removed.")


@app.command("samples")
def list_samples(
    *,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="DIR", help="Write the samples into this folder, to edit them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the samples that ship with the product; they run by their names.

    Examples:  botswain run job-discovery --var site=http://127.0.0.1:8080  |  botswain workflows samples --into .
    """
    samples = {name: checked_source(name) for name in sample_names()}
    if into is not None:
        _write_samples(into)
    if as_json:
        write_json([{"name": name, "description": each.definition.description} for name, each in samples.items()])
        return
    write_table(
        ("SAMPLE", "WHAT"), [(name, each.definition.description) for name, each in samples.items()], empty="None."
    )


def _write_samples(folder: Path) -> None:
    from importlib import resources  # noqa: PLC0415  only here

    folder.mkdir(parents=True, exist_ok=True)
    for name in sample_names():
        text = (resources.files("resources") / "workflows" / f"{name}.yaml").read_text(encoding="utf-8")
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def _show(detail: WorkflowDetail) -> None:
    view, definition = detail.workflow, WorkflowDefinition.model_validate(detail.definition)
    write_facts(
        [
            ("workflow", view.name),
            ("id", view.workflow_id),
            ("version", f"{view.number} ({view.workflow_hash})"),
            ("saved", f"{at_text(view.created_at)} {f'by {view.saved_by}' if view.saved_by else ''}".rstrip()),
            ("note", view.note),
            ("about", view.description),
            ("folder", view.folder),
            ("tags", ", ".join(view.tags)),
            ("runs", ", ".join(f"{name} (version {each.number})" for name, each in definition.linked.items())),
        ]
    )
    console = wide_console()
    if definition.variables:
        console.print()
        rows = [
            (name, expected(each), "required" if each.required else "", each.description)
            for name, each in definition.variables.items()
        ]
        write_table(("VARIABLE", "VALUE", "", "ABOUT"), rows, empty="")
    console.print()
    steps = [(step.id, step.title, step.action, ", ".join(step.dependencies)) for step in definition.steps]
    write_table(("STEP", "NAME", "ACTION", "AFTER"), steps, empty="")
