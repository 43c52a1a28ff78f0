"""A question to a model over real HTTP: what is sent, what is tried again, and what is not."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from loopback_model import LoopbackModel, loopback_model
from pydantic import SecretStr

from orchestrator.contract.errors import ErrorKind
from robot.ai.model import ModelClient, Question
from robot.ai.settings import AiSettings
from robot.errors import ActionError

QUESTION = Question(system="be brief", user="what is there?", schema_name="plan", schema={"type": "object"})


@pytest.fixture
def model() -> Iterator[LoopbackModel]:
    with loopback_model() as model:
        yield model


def client_of(model: LoopbackModel, **settings: Any) -> ModelClient:
    told = {"base_url": model.url, "model": "m-1", "api_key": SecretStr("k-1"), "retries": 2, **settings}
    return ModelClient(AiSettings.model_validate(told), rng=random.Random(1), first_delay_s=0.001)


async def refusal(client: ModelClient, limit_s: float = 20) -> ErrorKind:
    with pytest.raises(ActionError) as caught:
        await client.ask(QUESTION, limit_s)
    return caught.value.info.kind


@pytest.mark.feature("D68")
async def test_the_question_is_one_post_with_a_schema_for_the_answer(model: LoopbackModel) -> None:
    model.says(lambda _: '```json\n{"a": 1}\n```')
    reply = await client_of(model).ask(QUESTION, 20)
    assert (reply.content, reply.tokens) == ('{"a": 1}', 100)
    (asked,) = model.asked
    assert asked.authorization == "Bearer k-1"
    assert asked.body["model"] == "m-1"
    assert asked.body["response_format"]["json_schema"] == {
        "name": "plan",
        "strict": True,
        "schema": {"type": "object"},
    }
    assert asked.body["max_tokens"] == 2_000


@pytest.mark.feature("O26")
async def test_an_endpoint_that_is_busy_or_broken_is_asked_again(model: LoopbackModel) -> None:
    model.refuses(503)
    model.refuses(429, retry_after="0.01")
    model.says(lambda _: "{}")
    assert (await client_of(model).ask(QUESTION, 20)).content == "{}"
    model.refuses(500, times=3)
    assert await refusal(client_of(model)) is ErrorKind.NETWORK
    model.refuses(429, retry_after="0.01")
    assert await refusal(client_of(model, retries=0)) is ErrorKind.PROVIDER_CAPACITY


async def test_a_refused_question_is_a_mistake_in_the_settings(model: LoopbackModel) -> None:
    model.refuses(401)
    assert await refusal(client_of(model)) is ErrorKind.BAD_WORKFLOW
    assert len(model.asked) == 1


@pytest.mark.parametrize("answer", ["", " "])
async def test_an_empty_answer_is_not_taken(model: LoopbackModel, answer: str) -> None:
    model.says(lambda _: answer)
    assert await refusal(client_of(model, retries=0)) is ErrorKind.NOT_ACTIONABLE


async def test_an_answer_has_its_limits_in_time_and_size(model: LoopbackModel) -> None:
    model.says(lambda _: "x" * 2_000_000)
    assert await refusal(client_of(model, retries=0)) is ErrorKind.NETWORK
    model.refuses(503, times=9)
    slow = ModelClient(client_of(model, retries=9).settings, rng=random.Random(1), first_delay_s=30)
    assert await refusal(slow, 0.05) is ErrorKind.TIMEOUT


async def test_an_endpoint_that_is_not_there_is_the_networks_fault() -> None:
    gone = ModelClient(AiSettings(base_url="http://127.0.0.1:9/v1", model="m", retries=0))
    assert await refusal(gone) is ErrorKind.NETWORK
