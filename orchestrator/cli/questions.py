"""`botswain questions`, `answer`: what runs ask people, and the answers."""

from collections.abc import Sequence
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.job_ids import full_id, short_id
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, value_text, write_json, write_table
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.errors import UserError
from orchestrator.contract.questions import Question, QuestionStatus


def questions(
    job_id: Annotated[str | None, typer.Argument(metavar="[JOB]", help="Only of this job.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Answered and expired ones too.")] = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """What runs ask people, oldest first.

    Example:  botswain questions
    """

    async def ask() -> Sequence[Question]:
        async with connected(connect, key, data_dir) as client:
            job = await full_id(client, job_id) if job_id else None
            return await client.questions.list(status=None if every else QuestionStatus.OPEN, job_id=job)

    found = run_async(ask())
    if as_json:
        write_json(list(found))
        return
    write_table(
        ("question", "job", "step", "status", "until", "asks", "choices", "answer"),
        (
            (
                short_id(each.question_id),
                short_id(each.job_id),
                each.step_id,
                each.status.value,
                at_text(each.deadline_at),
                _asks(each),
                ", ".join(each.text.choices) or "any text",
                f"{each.answer or ''} {f'({each.answered_by})' if each.answered_by else ''}".strip(),
            )
            for each in found
        ),
        empty="Nobody is asked anything. A run asks with the action `human`, and stands here until `botswain answer`.",
    )


def answer(
    question_id: Annotated[str, typer.Argument(metavar="QUESTION", help="Id of the question, or the end of it.")],
    *,
    choice: Annotated[str | None, typer.Option(help="One of the choices: yes, no, ...", show_default=False)] = None,
    text: Annotated[str | None, typer.Option(help="A text, where no choices are given.", show_default=False)] = None,
    note: Annotated[str, typer.Option(help="Kept beside the answer, and told to the run.")] = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question; its run goes on.

    Example:  botswain answer 1c9f2a11 --choice yes --note "checked with finance"
    """
    if (choice is None) == (text is None):
        raise UserError("Give --choice CHOICE or --text TEXT, one of them.", field="--choice")

    async def ask() -> Question:
        async with connected(connect, key, data_dir) as client:
            full = await _full_question_id(client, question_id)
            return await client.questions.answer(full, choice if choice is not None else text or "", note=note)

    closed = run_async(ask())
    if as_json:
        write_json(closed)
    else:
        say(f"Answered {closed.answer!r}; job {short_id(closed.job_id)} goes on.")


async def _full_question_id(client: OrchestratorClient, given: str) -> str:
    """The id that a person means; UserError when several fit, or none."""
    if len(given) >= 36:
        return given
    found = [each.question_id for each in await client.questions.list() if each.question_id.endswith(given)]
    if len(found) != 1:
        how_many = f"{len(found)} open questions have" if found else "no open question has"
        raise UserError(
            f"QUESTION: {how_many} an id like {given!r}; `botswain questions` lists them.", field="QUESTION"
        )
    return found[0]


def _asks(question: Question) -> str:
    details = f"  {value_text(question.text.details)}" if question.text.details is not None else ""
    return f"{question.text.question}{details}"
