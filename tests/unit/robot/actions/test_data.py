"""Data actions work on lists without a browser."""

from pathlib import Path

import pytest

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.job_actions import JobActions
from robot.browser.pool_facts import SessionPoolSettings
from robot.browser.session_pool import SessionPool
from robot.errors import ActionError
from robot.workflow.ports import ActionCall


class Data:
    """Performs an action that needs no browser."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.actions = JobActions(SessionPool(SessionPoolSettings(state_folder=folder)), folder / "job")

    async def do(
        self, action: str, *, inputs: dict[str, JsonValue] | None = None, **parameters: JsonValue
    ) -> JsonValue:
        call = ActionCall(step_id="s", action=action, parameters=parameters, timeout_s=5, inputs=inputs or {})
        return (await self.actions.perform(call)).value


@pytest.fixture
def data(tmp_path: Path) -> Data:
    return Data(tmp_path)


async def test_set_gives_its_value(data: Data) -> None:
    assert await data.do("set", value={"a": [1]}) == {"a": [1]}


async def test_merge_joins_lists_objects_and_rows(data: Data) -> None:
    assert await data.do("merge", sources=[[1, 2], [3], None, 4]) == [1, 2, 3, 4]
    assert await data.do("merge", sources=[{"a": 1}, {"a": 2, "b": 3}]) == {"a": 2, "b": 3}
    rows = await data.do("merge", sources=[[{"id": 1, "x": 1}], [{"id": 1, "y": 2}, {"id": 2}]], by="id")
    assert rows == [{"id": 1, "x": 1, "y": 2}, {"id": 2}]
    assert await data.do("merge", inputs={"a": [1], "b": [2]}) == [1, 2]


async def test_deduplicate_keeps_the_first_and_what_has_no_key(data: Data) -> None:
    items: JsonValue = [{"id": 1, "n": "a"}, {"id": 1, "n": "b"}, {"n": "c"}, {"n": "d"}, {"id": "1", "n": "e"}]
    found = await data.do("deduplicate", items=items, by="id")
    assert isinstance(found, list)
    assert [each["n"] for each in found if isinstance(each, dict)] == ["a", "c", "d", "e"]
    assert await data.do("deduplicate", items=[1, {"a": 1}, 1, {"a": 1}]) == [1, {"a": 1}]


async def test_sort_goes_by_several_fields_each_in_its_direction(data: Data) -> None:
    items: JsonValue = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": 2, "b": "x"}, {"b": "z"}]
    found = await data.do("sort", items=items, by=["-a", "b"])
    assert found == [{"a": 2, "b": "x"}, {"a": 2, "b": "y"}, {"a": 1, "b": "x"}, {"b": "z"}]
    assert await data.do("sort", items=[3, 10, "2"], descending=True, limit=2) == [10, 3]
    assert await data.do("sort", inputs={"a": [2, 1], "b": [0]}) == [0, 1, 2]


async def test_filter_takes_an_expression_or_a_field(data: Data) -> None:
    items: JsonValue = [{"s": 60, "t": ["remote"]}, {"s": 40, "t": []}, {"s": 90, "t": []}]
    assert await data.do("filter", items=items, where='item.s > 50 and "remote" in item.t') == [
        {"s": 60, "t": ["remote"]}
    ]
    assert await data.do("filter", items=items, field="s", op=">=", value=60) == [
        {"s": 60, "t": ["remote"]},
        {"s": 90, "t": []},
    ]
    with pytest.raises(ActionError, match="where") as caught:
        await data.do("filter", items=items, where="item.s >")
    assert caught.value.info.kind is ErrorKind.BAD_WORKFLOW


async def test_a_csv_file_holds_all_columns_and_no_formulas(data: Data) -> None:
    rows: JsonValue = [{"a": 1, "b": "x,y"}, {"b": "=1+1", "c": [1]}]
    value = await data.do("to_csv", items=rows, name="out")
    assert isinstance(value, dict)
    assert (value["name"], value["rows"]) == ("out.csv", 2)
    assert (data.folder / "job" / "out.csv").read_bytes() == b'a,b,c\r\n1,"x,y",\r\n,\'=1+1,[1]\r\n'


async def test_without_anything_to_work_on_the_failure_says_what_to_give(data: Data) -> None:
    with pytest.raises(ActionError, match="give `items`"):
        await data.do("sort")


async def test_fail_is_a_business_failure_unless_it_is_called_technical(data: Data) -> None:
    for kind, expected in (("business", ErrorKind.BUSINESS), ("technical", ErrorKind.INTERNAL)):
        with pytest.raises(ActionError, match="no stock") as caught:
            await data.do("fail", message="no stock", kind=kind)
        assert caught.value.info.kind is expected


async def test_wait_and_log_do_what_they_say(data: Data) -> None:
    assert await data.do("wait", seconds=0) is None
    assert await data.do("log", message="hello") == "hello"


@pytest.mark.feature("D37")
async def test_jobs_are_merged_by_id_or_address_best_score_first(data: Data) -> None:
    one: JsonValue = [{"id": "1", "url": "http://a/jobs/1", "score": 50, "keyword": "x"}, {"id": "2", "score": 90}]
    two: JsonValue = [{"url": "http://a/jobs/1/", "score": 70, "keyword": "y", "title": "T"}, {"id": "3"}]
    found = await data.do("merge_job_results", inputs={"one": one, "two": two})
    assert found == [
        {"id": "2", "score": 90},
        {"id": "1", "url": "http://a/jobs/1", "score": 70, "keywords": ["x", "y"], "title": "T"},
        {"id": "3"},
    ]
    assert await data.do("merge_job_results", results=[one, two], limit=1) == [{"id": "2", "score": 90}]
