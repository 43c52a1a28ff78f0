"""A frame may be an array of messages, each of which is judged by itself."""

import json

import pytest

from orchestrator.contract.errors import ProtocolError
from orchestrator.contract.protocol.codec import Message, decode, decode_all, encode, joined
from orchestrator.contract.protocol.jobs import JobAccepted, JobStart
from orchestrator.contract.protocol.terms import MAX_DEPTH, MAX_MESSAGES_IN_A_FRAME


def test_several_messages_travel_in_one_frame_and_in_order() -> None:
    payloads = [JobAccepted(job_id="a", attempt=1), JobStart(job_id="b", attempt=2)]
    found = decode_all(joined([encode(each, message_id=str(number)) for number, each in enumerate(payloads)]))
    assert found == [Message(id=str(number), payload=each) for number, each in enumerate(payloads)]


def test_a_frame_of_one_message_is_as_it_always_was() -> None:
    frame = encode(JobStart(job_id="a", attempt=1), message_id="x")
    assert joined([frame]) == frame
    assert decode_all(frame) == [decode(frame)]


def test_an_unusable_message_does_not_spoil_its_neighbours() -> None:
    good = encode(JobStart(job_id="a", attempt=1))
    bad = encode(JobStart(job_id="b", attempt=1), message_id="bad").replace('"attempt":1', '"attempt":0')
    first, second, third, fourth = decode_all(f'[{good},{bad},17,{{"type":"dance"}}]')
    assert isinstance(first, Message)
    assert isinstance(second, ProtocolError)
    assert (second.code, second.about) == ("bad_payload", "bad")
    assert [each.code for each in (third, fourth) if isinstance(each, ProtocolError)] == ["malformed", "unknown_type"]


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 100_000])
def test_a_message_that_nests_too_deep_is_refused_wherever_it_stands(depth: int) -> None:
    nested = json.loads(encode(JobStart(job_id="a", attempt=1)))
    nested["payload"]["more"] = "HERE"
    frame = json.dumps(nested).replace('"HERE"', "[" * depth + "]" * depth)
    with pytest.raises(ProtocolError, match="nested"):
        decode(frame)


def test_a_frame_that_is_no_json_is_refused_as_a_whole() -> None:
    with pytest.raises(ProtocolError, match="Invalid JSON"):
        decode_all("[{]")


def test_a_frame_of_too_many_messages_is_refused_before_any_is_looked_at() -> None:
    assert len(decode_all(f"[{','.join('0' * MAX_MESSAGES_IN_A_FRAME)}]")) == MAX_MESSAGES_IN_A_FRAME
    with pytest.raises(ProtocolError, match="2,048 messages"):
        decode_all(f"[{','.join('0' * (MAX_MESSAGES_IN_A_FRAME + 1))}]")
