"""Queues and items as a person operates them, against a real orchestrator."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import Commands, Served, serving


@pytest.fixture(scope="module")
def served(botswain: Commands, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(botswain, tmp_path_factory.mktemp("items")) as running:
        yield running.inside()


@pytest.mark.feature("X28")
def test_a_queue_is_made_filled_read_and_removed(served: Served) -> None:
    made = served("queues", "add", "one", "--retries", "2", "--retry-delay", "10m", "--due-after", "2d", "--json").json
    assert (made["max_retries"], made["retry_delay_s"], made["due_after_s"]) == (2, 600, 172_800)
    added = served("items", "add", "one", "-r", "4711", "amount=12.5", "customer=Smith", "--due", "2h", "--json")
    assert (added.code, added.json["is_new"]) == (0, True)
    again = served("items", "add", "one", "-r", "4711")
    assert (again.code, added.json["item_id"] in again.out) == (1, True)
    shown = served("items", "show", "4711", "--queue", "one", "--json").json
    assert (shown["payload"], shown["state"]) == ({"amount": 12.5, "customer": "Smith"}, "new")
    assert "Smith" in served("items", "list", "one").out
    ready = {each["name"]: each["ready"] for each in served("queues", "list", "--json").json}
    assert ready["one"] == 1
    assert "2, after 10 min" in served("queues", "show", "one").out
    assert served("queues", "change", "one", "--retries", "0", "--json").json["max_retries"] == 0
    assert "is paused" in served("queues", "pause", "one").out
    assert served("queues", "resume", "one").code == 0
    assert served("queues", "remove", "one").code == 0
    assert served("queues", "show", "one").code == 2


def test_items_are_imported_once_and_exported(served: Served, tmp_path: Path) -> None:
    served("queues", "add", "two", "--secret", "iban")
    file = tmp_path / "march.csv"
    file.write_text("number;amount;iban;priority;due_at\nA1;5;DE1;high;2026-05-01T08:00:00Z\nA2;6;DE2;;\n")
    first = served("items", "import", "two", file, "--reference", "number", "--json").json
    assert (first["added"], first["known"]) == (2, 0)
    assert "0 items added; 2 were there already." in served("items", "import", "two", file, "--reference", "number").out
    rows = list(csv.DictReader(io.StringIO(served("items", "export", "two").out)))
    assert [(row["reference"], row["amount"], row["priority"]) for row in rows] == [
        ("A1", "5", "high"),
        ("A2", "6", "normal"),
    ]
    assert {row["iban"] for row in rows} == {"********"}
    told = served("items", "export", "two", "--format", "json", "--state", "new").json
    assert [each["reference"] for each in told] == ["A1", "A2"]
    lines = tmp_path / "april.jsonl"
    lines.write_text('{"reference": "B1", "payload": {"a": [1]}}\n\n{"reference": "B2", "b": 2}\n')
    assert served("items", "import", "two", lines, "--json").json["added"] == 2
    assert served("items", "show", "B2", "-q", "two", "--json").json["payload"] == {"b": 2}


def test_a_file_with_a_mistake_adds_nothing_and_names_the_place(served: Served, tmp_path: Path) -> None:
    served("queues", "add", "three")
    for name, text, words in (
        ("a.csv", "reference,due_at\n1,\n2,yesterday\n", "line 3: due_at"),
        ("b.csv", "reference\n1,2\n", "line 2: 2 cells under 1 columns"),
        ("c.csv", "a,a\n1,2\n", "must name each column once"),
        ("d.json", '{"reference": "1"}', "must hold a list"),
        ("e.jsonl", "{}\n[]\n", "line 2: an item is an object"),
        ("f.txt", "", "is no .csv, .json or .jsonl file"),
    ):
        file = tmp_path / name
        file.write_text(text)
        said = served("items", "import", "three", file)
        assert (said.code, words in said.err) == (2, True), said.err
    assert served("items", "list", "three", "--json").json["total"] == 0


def test_items_are_postponed_deleted_and_never_retried_while_they_wait(served: Served) -> None:
    served("queues", "add", "four")
    served("items", "add", "four", "-r", "1")
    assert "is not handed out before" in served("items", "postpone", "1", "2h", "-q", "four").out
    assert served("items", "retry", "1", "-q", "four").code != 0
    assert served("items", "retry-failed", "four").out == "0 items wait for another try.\n"
    assert served("items", "retry-failed", "four", "--state", "new").code == 2
    assert served("items", "delete", "1", "-q", "four", "--json").json["state"] == "deleted"
    assert served("items", "add", "four", "amount").code == 2
