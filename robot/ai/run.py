"""The model as one run has it: what it may be told, how much it may be asked, and what was chosen before.

Secrets of the run never reach it. In an instruction they become names (`%secret_1%`), which the robot replaces again
when it types; everywhere else they are masked.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from orchestrator.contract.errors import ErrorKind
from robot.ai.choices import KeptChoices
from robot.ai.model import ModelClient, Question
from robot.errors import ActionError

A = TypeVar("A", bound=BaseModel)

SHORTEST_SECRET = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Spoken:
    """An instruction as the model is told it, and what its names stand for."""

    text: str
    values: Mapping[str, str] = field(repr=False)


@dataclass(slots=True, kw_only=True)
class RunAi:
    """Made for one attempt of a job."""

    client: ModelClient
    choices: KeptChoices
    workflow_hash: str
    mask: Callable[[str], str]
    """Puts a mask over the run's secrets."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    tokens: int = 0
    """Used so far."""
    questions: int = 0

    def spoken(self, instruction: str, values: Mapping[str, str]) -> Spoken:
        """The instruction without secrets. Two secrets of which one is part of the other: the longer one counts."""
        told = dict(values)
        for number, secret in enumerate(sorted(_worth_hiding(self.secrets), key=len, reverse=True), start=1):
            if secret in instruction:
                instruction = instruction.replace(secret, f"%secret_{number}%")
                told[f"secret_{number}"] = secret
        return Spoken(self.mask(instruction), told)

    async def ask(
        self, question: Question, answer: type[A], check: Callable[[A], str], *, limit_s: float
    ) -> tuple[A, int]:
        """The model's answer, and what it cost. `check` says what is wrong with it, or nothing: then it is asked once
        more, and told so. ActionError not_actionable when that does not help."""
        asked, spent, problem = question, self.tokens, ""
        for _ in range(2):
            reply = await self.client.ask(self._allowed(asked), limit_s)
            self.questions += 1
            self.tokens += reply.tokens
            try:
                found = answer.model_validate(json.loads(reply.content))
                problem = check(found)
            except (ValidationError, ValueError) as error:
                problem = _first_line(error)
            else:
                if not problem:
                    return found, self.tokens - spent
            log.info("the model's answer cannot be used: %s", problem)
            asked = replace(question, user=f"{question.user}\n\nYour last answer could not be used: {problem}")
        raise ActionError.of(ErrorKind.NOT_ACTIONABLE, f"The model's answer cannot be used: {problem}"[:1_000])

    def _allowed(self, question: Question) -> Question:
        """With every secret hidden; ActionError when the run has asked enough."""
        most = self.client.settings.max_run_tokens
        if self.tokens >= most:
            message = f"The run has used {self.tokens:,} of the {most:,} tokens that it may."
            hint = "Raise ai.max_run_tokens in the robot's settings."
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, message, hint=hint)
        return replace(question, user=self.mask(question.user))


def _worth_hiding(secrets: Iterable[str]) -> set[str]:
    return {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}


def _first_line(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return "it is no JSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotAi:
    """The model as the robot has it."""

    client: ModelClient
    choices: KeptChoices

    def for_run(self, workflow_hash: str, mask: Callable[[str], str], secrets: Iterable[object]) -> RunAi:
        """For one attempt of a job; `secrets` are the values of its secret variables, of which texts can be named."""
        texts = tuple(each for each in secrets if isinstance(each, str))
        return RunAi(client=self.client, choices=self.choices, workflow_hash=workflow_hash, mask=mask, secrets=texts)
