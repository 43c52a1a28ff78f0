"""Each subject that the product promises to be tested in has tests, and enough of them to be more than a gesture."""

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FEW = 5
SUBJECTS = {
    "models": ("unit/contract/*.py", "unit/contract/*/*.py", "unit/domain/test_job_transitions.py"),
    "execution": ("unit/robot/workflow/*.py", "integration/actions/test_actions_in_workflow.py"),
    "errors": ("integration/actions/test_actions_failures.py", "unit/server/test_failures.py"),
    "sessions": ("unit/robot/browser/test_session*.py", "unit/robot/browser/test_job_sessions.py"),
    "parallelism": (
        "e2e/test_patterns.py",
        "unit/robot/workflow/test_fan_out*.py",
        "unit/robot/workflow/test_exec*.py",
    ),
    "checkpoints": ("unit/engine/test_checkpoints.py", "e2e/test_going_on.py", "e2e/test_kills.py"),
    "metrics": ("unit/domain/test_metrics_figures.py", "unit/domain/test_resource_figures.py"),
}


def functions_in(patterns: Sequence[str]) -> list[str]:
    """Names of the test functions in the files that fit."""
    files = {path for pattern in patterns for path in TESTS.glob(pattern)}
    return [
        f"{path.name}::{node.name}"
        for path in sorted(files)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]


@pytest.mark.feature("D76")
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_has_tests(subject: str) -> None:
    assert len(functions_in(SUBJECTS[subject])) >= FEW


@pytest.mark.feature("D76")
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_file_that_is_named_is_there(subject: str) -> None:
    missing = [pattern for pattern in SUBJECTS[subject] if not list(TESTS.glob(pattern))]
    assert missing == []
