"""Tables: expressions for each item, CSV files and Excel workbooks, read from the run or from an open folder."""

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions import workbooks
from robot.actions.job_actions import JobActions
from robot.actions.tables import guessed_delimiter
from robot.actions.work import ActionSettings
from robot.browser.pool_facts import SessionPoolSettings
from robot.browser.session_pool import SessionPool
from robot.errors import ActionError
from robot.workflow.ports import ActionCall

ROWS: list[JsonValue] = [
    {"name": "Ada", "born": "1815-12-10", "sum": 12, "rate": 0.5, "vip": True, "zip": "00712", "note": None},
    {"name": "=1+1", "born": "2026-11-21T10:30:00", "sum": -3, "rate": 1.25, "vip": False, "zip": "9", "note": "ü"},
]


class Tables:
    """Performs actions that need no browser; `open_folder` is what the robot lets workflows read."""

    def __init__(self, folder: Path) -> None:
        self.job = folder / "job"
        self.open_folder = folder / "open"
        self.open_folder.mkdir()
        settings = ActionSettings(input_folders=(self.open_folder,))
        pool = SessionPool(SessionPoolSettings(state_folder=folder))
        self.actions = JobActions(pool, self.job, settings)

    async def do(self, action: str, **parameters: JsonValue) -> JsonValue:
        return (
            await self.actions.perform(ActionCall(step_id="s", action=action, parameters=parameters, timeout_s=10))
        ).value

    async def refused(self, action: str, **parameters: JsonValue) -> ActionError:
        with pytest.raises(ActionError) as caught:
            await self.do(action, **parameters)
        return caught.value

    def workbook(self, name: str, rows: list[list[object]], *, title: str = "Leads") -> None:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = title
        for row in rows:
            sheet.append(row)
        book.save(self.open_folder / name)


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path)


async def test_transform_gives_values_or_objects_for_each_item(tables: Tables) -> None:
    items: JsonValue = [{"n": 2, "t": "a"}, {"n": 5, "t": "b"}]
    assert await tables.do("transform", items=items, value="item.n * 10 + index") == [20, 51]
    assert await tables.do("transform", items=items, fields={"T": "upper(item.t)"}, keep=True, where="item.n > 2") == [
        {"n": 5, "t": "b", "T": "B"}
    ]


async def test_transform_names_the_item_that_has_no_value_and_the_expression_that_is_none(tables: Tables) -> None:
    failure = await tables.refused("transform", items=[{"n": 1}, {"n": "x"}], value="item.n + 1")
    assert "at item 1" in str(failure)
    assert failure.info.kind is ErrorKind.BAD_WORKFLOW
    assert "'item.('" in str(await tables.refused("transform", items=[], value="item.("))
    assert "without braces" in str(await tables.refused("transform", items=[], value="${{ item }}"))
    assert "exactly one" in str(await tables.refused("transform", items=[], value="item", fields={"a": "item"}))


async def test_a_workbook_holds_what_was_written_with_its_types(tables: Tables) -> None:
    made = await tables.do("to_xlsx", items=ROWS, name="people", sheet="People")
    assert isinstance(made, dict)
    assert (made["name"], made["rows"]) == ("people.xlsx", 2)
    assert await tables.do("from_xlsx", file=made, sheet="people") == [{**ROWS[0], "born": "1815-12-10"}, ROWS[1]]  # type: ignore[dict-item]
    sheet = load_workbook(tables.job / "people.xlsx")["People"]
    assert [cell.data_type for cell in sheet[3]] == ["s", "d", "n", "n", "b", "s", "s"], "no formula, a real date"
    assert str(sheet["B3"].value) == "2026-11-21 10:30:00"
    assert (sheet["B2"].data_type, sheet.freeze_panes) == ("s", "A2"), "workbooks know no year before 1900"


async def test_columns_are_chosen_renamed_and_missed_by_name(tables: Tables) -> None:
    tables.workbook("leads.xlsx", [["Report of May"], ["E-Mail", "Plan"], ["a@b.c", 2], [None, None], ["d@e.f", 3.5]])
    read = await tables.do("from_xlsx", file="leads.xlsx", header_row=2, columns={"mail": "e-mail", "plan": "Plan"})
    assert read == [{"mail": "a@b.c", "plan": 2}, {"mail": "d@e.f", "plan": 3.5}]
    failure = await tables.refused("from_xlsx", file="leads.xlsx", header_row=2, columns=["Phone"])
    assert str(failure).startswith("leads.xlsx, sheet 'Leads' has no column 'Phone'; it has E-Mail, Plan.")
    assert failure.info.kind is ErrorKind.BUSINESS
    assert "has no sheet 'May'; it has 'Leads'" in str(
        await tables.refused("from_xlsx", file="leads.xlsx", sheet="May")
    )
    assert "has no sheet 2" in str(await tables.refused("from_xlsx", file="leads.xlsx", sheet=2))
    assert "no header" in str(await tables.refused("from_xlsx", file="leads.xlsx", header_row=9))
    assert "more than 1 rows" in str(await tables.refused("from_xlsx", file="leads.xlsx", header_row=2, max_rows=1))


async def test_what_is_wrong_in_a_workbook_is_named_with_its_cell(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.workbook("bad.xlsx", [["a", "b"], [1, "#DIV/0!"]])
    assert "sheet 'Leads', cell B2: it holds the error #DIV/0!" in str(
        await tables.refused("from_xlsx", file="bad.xlsx")
    )
    tables.workbook("wide.xlsx", [["a"], [1, "more"]])
    assert "row 2: it has 2 values, and the header 1" in str(await tables.refused("from_xlsx", file="wide.xlsx"))
    (tables.open_folder / "none.xlsx").write_text("no archive")
    assert "cannot be read as an Excel workbook" in str(await tables.refused("from_xlsx", file="none.xlsx"))
    monkeypatch.setattr(workbooks, "MAX_UNPACKED_BYTES", 1_000)
    tables.workbook("bomb.xlsx", [["a"], [1]])
    assert "unpacked" in str(await tables.refused("from_xlsx", file="bomb.xlsx"))
    failure = await tables.refused("to_xlsx", items=[{"long": "x" * 40_000}])
    assert "item 1, 'long': the text has 40,000" in str(failure)


async def test_csv_is_read_back_as_it_was_written(tables: Tables) -> None:
    made = await tables.do("to_csv", items=[{"a": "1;2", "b": 'say "hi"\nthere', "c": 3}], name="x")
    assert await tables.do("from_csv", file=made) == [{"a": "1;2", "b": 'say "hi"\nthere', "c": "3"}]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_guessed(sign: str) -> None:
    assert guessed_delimiter(f"name{sign}note\nA{sign}1,5 and; more\nB{sign}\n".replace("1,5 and; more", "x")) == sign
    assert guessed_delimiter("only\none\n") in {",", ";", "\t", "|"}


async def test_csv_gives_texts_or_types(tables: Tables) -> None:
    text = "\ufeffid;sum;zip;ok;none\r\n7;1.5;007;TRUE;\r\n\r\n"
    (tables.open_folder / "a.csv").write_text(text, "utf-8", newline="")
    assert await tables.do("from_csv", file="a.csv") == [
        {"id": "7", "sum": "1.5", "zip": "007", "ok": "TRUE", "none": ""}
    ]
    assert await tables.do("from_csv", file="a.csv", typed=True, columns=["id", "zip", "ok", "sum", "none"]) == [
        {"id": 7, "zip": "007", "ok": True, "sum": 1.5, "none": None}
    ]


async def test_what_is_wrong_in_a_csv_file_is_named_with_its_line(tables: Tables) -> None:
    assert "The text, line 3: it has 3 values, and the header 2 columns" in str(
        await tables.refused("from_csv", content="a,b\n1,2\n1,2,3\n", delimiter=",")
    )
    (tables.open_folder / "old.csv").write_bytes("Straße,Ort\nA,B\n".encode("cp1252"))
    failure = await tables.refused("from_csv", file="old.csv")
    assert "not written in utf-8 (byte 4)" in str(failure)
    assert "cp1252" in str(failure.info.hint)
    assert await tables.do("from_csv", file="old.csv", encoding="cp1252") == [{"Straße": "A", "Ort": "B"}]
    assert "no encoding" in str(await tables.refused("from_csv", file="old.csv", encoding="latin-77"))
    assert "exactly one" in str(await tables.refused("from_csv"))


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "link.csv", "missing.csv"])
async def test_only_the_run_and_the_open_folders_are_read(tables: Tables, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (tables.open_folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    failure = await tables.refused("from_csv", file=name)
    assert failure.info.kind is ErrorKind.BAD_WORKFLOW
    assert "There is no file" in str(failure)
    assert "--files DIR" in str(failure.info.hint)


async def test_an_open_folder_is_read_by_relative_and_absolute_paths(tables: Tables) -> None:
    (tables.open_folder / "sub").mkdir()
    (tables.open_folder / "sub" / "a.csv").write_text("a\n1\n")
    assert await tables.do("from_csv", file="sub/a.csv") == [{"a": "1"}]
    assert await tables.do("from_csv", file=str(tables.open_folder / "sub" / "a.csv")) == [{"a": "1"}]
