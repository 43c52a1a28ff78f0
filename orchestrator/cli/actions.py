"""`botswain actions`: what a step can do, and what each action needs."""

from collections.abc import Iterable
from typing import Annotated

import typer

from orchestrator.cli.output import AsJson, say, write_json, write_table
from orchestrator.contract.action_reference import page_of, parameters_of, remarks_on
from orchestrator.contract.actions.catalogue import known_actions
from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.errors import UserError
from orchestrator.contract.expression_language import nearest
from orchestrator.contract.ids import JsonValue


def actions(
    name: Annotated[
        str | None, typer.Argument(metavar="[ACTION]", help="One of them; without it all are listed.")
    ] = None,
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="Markdown with all parameters.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what a step can do, also what installed packages bring; with a name, what that action needs and gives.

    Examples:  botswain actions  |  botswain actions extract_table  |  botswain actions --markdown > actions.md
    """
    chosen = tuple(known_actions().values()) if markdown and name is None else _chosen(name)
    if as_json:
        write_json([_facts(spec) for spec in chosen])
    elif markdown:
        typer.echo(page_of(chosen), nl=False)
    elif name is None:
        rows = [(each.name, each.group.value, each.summary) for each in chosen]
        write_table(("ACTION", "GROUP", "WHAT"), rows, empty="")
    else:
        _explain(chosen[0])


def _chosen(name: str | None) -> tuple[ActionSpec, ...]:
    known = known_actions()
    if name is None:
        return tuple(sorted(known.values(), key=lambda each: (each.group, each.name)))
    if name not in known:
        raise UserError(f"There is no action {name!r}.{nearest(name, known)}", hint="`botswain actions` lists them.")
    return (known[name],)


def _explain(spec: ActionSpec) -> None:
    say(" ".join([spec.summary, *remarks_on(spec)]))
    say(f"Gives: {spec.result}")
    rows = [
        (", ".join((each.name, *each.others)), each.kind.replace("`", ""), each.default, each.meaning)
        for each in parameters_of(spec)
    ]
    say("")
    write_table(("PARAMETER", "KIND", "DEFAULT", "MEANING"), rows, empty="It takes no parameters.")


def _facts(spec: ActionSpec) -> dict[str, JsonValue]:
    parameters: Iterable[JsonValue] = (
        {
            "name": each.name,
            "aliases": list(each.others),
            "kind": each.kind,
            "default": each.default,
            "meaning": each.meaning,
        }
        for each in parameters_of(spec)
    )
    return {
        "name": spec.name,
        "group": spec.group.value,
        "summary": spec.summary,
        "result": spec.result,
        "needs_browser": spec.needs_browser,
        "safe_to_repeat": spec.safe_to_repeat,
        "parameters": list(parameters),
    }
