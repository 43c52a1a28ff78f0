"""Workflows by file or sample name, and variables from files and assignments."""

from pathlib import Path

import pytest

from orchestrator.cli.source import checked_source, read_variables, sample_names
from orchestrator.contract.errors import UserError, WorkflowError
from orchestrator.contract.workflow import WorkflowDefinition

DEFINITION = WorkflowDefinition.model_validate(
    {
        "variables": {
            "site": {"type": "string", "required": True},
            "most": {"type": "integer", "default": 3},
            "password": {"type": "string", "secret": True},
        },
        "steps": [{"id": "a", "action": "wait", "parameters": {"seconds": 0}}],
    }
)


@pytest.mark.feature("D71")
@pytest.mark.parametrize(
    "name",
    ["fill-form", "job-discovery", "profile-management", "proposal-submission", "table-to-file", "watch-page"],
)
def test_every_sample_is_a_right_workflow(name: str) -> None:
    assert name in sample_names()
    assert checked_source(name).definition.steps


def test_assignments_overrule_the_file_and_defaults_stay_unsaid(tmp_path: Path) -> None:
    file = tmp_path / "vars.yaml"
    file.write_text("site: http://one\npassword: secret\n")
    assert read_variables(DEFINITION, ["site=http://two"], file) == {"site": "http://two", "password": "secret"}


@pytest.mark.parametrize(
    ("assignments", "words"),
    [
        ([], "'site' is missing; give a text"),
        (["site=x", "most=many"], "most must be a whole number, not 'many'"),
        (["site=x", "moost=1"], "'moost'"),
        (["site"], "write name=value"),
    ],
)
def test_a_wrong_variable_is_named_with_what_is_expected(assignments: list[str], words: str) -> None:
    with pytest.raises(UserError, match=words):
        read_variables(DEFINITION, assignments, None)


def test_a_file_of_variables_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "vars.yaml"
    file.write_text("- 1\n")
    with pytest.raises(UserError, match="mapping of names to values"):
        read_variables(DEFINITION, [], file)
    with pytest.raises(UserError, match="cannot be read"):
        read_variables(DEFINITION, [], tmp_path / "none.yaml")


def test_a_sample_is_not_found_by_half_its_name() -> None:
    with pytest.raises(UserError, match="The samples are"):
        checked_source("zzz")
    with pytest.raises(WorkflowError, match="There is no file"):
        checked_source("zzz.yaml")
