"""What is advised to a waiting job can be done: each command is one, and each call is a route that takes its body."""

import re
import shlex
from collections.abc import Mapping

import pytest
import typer
from fastapi import FastAPI
from typer.main import get_command

from orchestrator.cli.commands import app
from orchestrator.contract.api.common import API
from orchestrator.contract.ids import JobId, RobotId
from orchestrator.domain import remedy
from orchestrator.domain.remedy import Remedy
from orchestrator.server import application

JOB, ROBOT = JobId("01a1fdda-9469-7648-9d9e-0d369a509db8"), RobotId("robot one")
REMEDIES = [
    remedy.retry(JOB),
    remedy.hurry(JOB),
    remedy.resume_job(JOB),
    remedy.raise_priority(JOB),
    remedy.raise_limit("login:o'neill", 1, 1, 0.5),
    remedy.close_breaker("site:example.org"),
    remedy.resume_robot(ROBOT, "robot one"),
    remedy.start_robot("Start it."),
    remedy.answer(JOB),
    remedy.free_disk(),
    remedy.end_other(JOB),
]


@pytest.mark.parametrize("advice", REMEDIES, ids=lambda advice: str(advice.kind))
def test_the_command_is_one(advice: Remedy) -> None:
    name, *words = shlex.split(advice.command)
    command = get_command(app)
    while words and isinstance(command, typer.core.TyperGroup) and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    assert name == "botswain"
    assert command.make_context(name, words).command.name


@pytest.fixture(scope="module")
def paths() -> Mapping[str, Mapping[str, object]]:
    """Methods by path, as the API describes itself."""
    served = FastAPI()
    served.include_router(application._routes())
    found: Mapping[str, Mapping[str, object]] = served.openapi()["paths"]
    return found


@pytest.mark.parametrize("advice", [each for each in REMEDIES if each.path], ids=lambda advice: str(advice.kind))
def test_the_call_is_a_route(advice: Remedy, paths: Mapping[str, Mapping[str, object]]) -> None:
    fitting = [
        path
        for path, methods in paths.items()
        if advice.method.lower() in methods and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), API + advice.path)
    ]
    assert len(fitting) == 1, f"{advice.method} {advice.path}"


def test_ids_are_written_so_that_they_stay_one_part_of_a_path() -> None:
    assert remedy.resume_robot(RobotId("a/b ü"), "x").path == "/robots/a%2Fb%20%C3%BC/resume"
