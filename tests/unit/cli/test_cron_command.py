"""`botswain cron`: the table, the JSON, the line protocol, and what it refuses."""

import json

import pytest
from commands import Commands


@pytest.mark.feature("C16", "C17", "X09")
def test_weekday_mornings_skip_the_weekend_and_follow_the_clock_change(botswain: Commands) -> None:
    said = botswain(
        "cron",
        "0 9 * * 1-5",
        "--timezone",
        "Europe/Berlin",
        "--start",
        "2026-03-27T00:00:00+01:00",
        "-n",
        "3",
        "--json",
    )
    assert said.code == 0
    assert said.json["runs"] == ["2026-03-27T08:00:00Z", "2026-03-30T07:00:00Z", "2026-03-31T07:00:00Z"]
    assert "09:00" in said.json["words"]
    assert said.json["details"][1]["zone"].endswith("+02:00")
    assert [change["utc"] for change in said.json["clock_changes"]] == ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"]
    assert said.json["clock_changes"][0]["effect"].startswith("Nothing runs that day. 09:00 is 08:00 UTC before it")


@pytest.mark.feature("C18")
def test_a_sixth_field_in_front_means_seconds(botswain: Commands) -> None:
    said = botswain.inside("cron", "*/20 0 12 * * *", "--start", "2026-01-01T00:00:00Z", "-n", "4", "--json")
    assert said.json["runs"] == [
        "2026-01-01T12:00:00Z",
        "2026-01-01T12:00:20Z",
        "2026-01-01T12:00:40Z",
        "2026-01-02T12:00:00Z",
    ]


@pytest.mark.feature("X09")
def test_the_table_shows_utc_the_zone_and_the_words_uncut_in_a_pipe(botswain: Commands) -> None:
    said = botswain("cron", "30 2 * * *", "-z", "America/New_York", "--start", "2026-03-07T00:00:00-05:00", "-n", "2")
    assert said.code == 0
    assert "America/New_York" in said.out
    assert "2026-03-07T07:30:00Z" in said.out
    assert "2026-03-08T07:00:00Z" in said.out, "the time inside the gap runs right after the jump"
    assert "Sunday 2026-03-08: the clock jumps from 02:00 to 03:00. Runs once that day, at 03:00" in said.out


def test_lines_are_answered_in_order_and_a_bad_one_does_not_stop_the_others(botswain: Commands) -> None:
    lines = [
        {"expression": "0 0 * * 0", "start": "2026-01-01T00:00:00Z", "count": 1},
        {"expression": "61 * * * *"},
        {"expression": "0 0 * * 7", "start": "2026-01-01T00:00:00Z", "count": 1, "timezone": "UTC"},
        {"expression": "0 0 * * *", "nonsense": 1},
        {"expression": "0 0 * * *", "timezone": "Mars/Olympus"},
    ]
    text = "\n".join([*map(json.dumps, lines), "", "not json", "[]"]) + "\n"
    said = botswain("cron", "--file", "-", stdin=text)
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 0
    assert answers[0] == answers[2] == {"runs": ["2026-01-04T00:00:00Z"]}
    assert [sorted(each) for each in answers] == [["runs"], ["error"], ["runs"], *[["error"]] * 4]
    assert "nonsense" in answers[3]["error"]
    assert "Mars/Olympus" in answers[4]["error"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["* * * *"], ["'* * * *'", "4"]),
        (["0 9 31 2 *"], ["0 9 31 2 *"]),
        (["0 9 * * *", "--timezone", "Europe/Berln"], ["Europe/Berlin"]),
        (["0 9 * * *", "--start", "yesterday"], ["--start", "yesterday"]),
        ([], ["EXPRESSION", "--file"]),
        (["0 9 * * *", "--file", "-"], ["EXPRESSION", "--file"]),
        (["--file", "/nowhere/at/all"], ["/nowhere/at/all"]),
        (["0 9 * * *", "--count", "0"], ["--count"]),
    ],
)
def test_what_cannot_be_read_gets_one_sentence_and_exit_code_2(
    botswain: Commands, arguments: list[str], words: list[str]
) -> None:
    said = botswain.inside("cron", *arguments)
    assert said.refused(*words)
    assert said.out == ""
