"""The general templates as a person runs them: own engine, real robots, real browsers, files that are right."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import Commands
from openpyxl import load_workbook

from resources.demo_site.data import seed_jobs, seed_reports

BROWSERS = ("/usr/lib/chromium/chromium-headless-shell", "chromium-headless-shell", "chromium", "google-chrome")
LIMIT_S = 200.0
CONTENT = "I have built this before, twice, and can start on Monday. " * 3

pytestmark = pytest.mark.timeout(420)


@pytest.fixture(autouse=True)
def browser() -> None:
    if not any(map(shutil.which, BROWSERS)) and "BOTSWAIN_BROWSER" not in os.environ:
        pytest.skip("no Chromium on this machine")


@pytest.fixture
def site() -> Iterator[str]:
    command = [sys.executable, "-m", "resources.demo_site", "--die-with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["url"])
        process.terminate()


def outputs_of(botswain: Commands, *words: str | Path) -> dict[str, Any]:
    said = botswain("run", *words, "--json", limit_s=LIMIT_S)
    assert said.code == 0, said.err
    outputs: dict[str, Any] = json.loads(said.out)["outputs"]
    return outputs


@pytest.mark.feature("D71")
def test_a_table_of_several_pages_is_kept_as_a_workbook(botswain: Commands, site: str, tmp_path: Path) -> None:
    outputs = outputs_of(
        botswain, "table-to-file", "--var", f"url={site}/reports", "--var", "next_page=testid=next-page",
        "--keep", tmp_path / "kept",
    )  # fmt: skip
    assert outputs["rows"] == len(seed_reports())
    (kept,) = (tmp_path / "kept" / "files").glob("**/table.xlsx")
    rows = list(load_workbook(kept).worksheets[0].iter_rows(values_only=True))
    assert (rows[0][:2], len(rows)) == (("Month", "Category"), len(seed_reports()) + 1)


@pytest.mark.feature("D71")
def test_a_watched_page_is_remembered_from_one_engine_and_robot_to_the_next(
    botswain: Commands, site: str, tmp_path: Path
) -> None:
    words = ("watch-page", "--var", f"url={site}/jobs", "--var", "target=testid=result-count", "--keep", tmp_path)
    assert outputs_of(botswain, *words)["is_new"] is True
    second = outputs_of(botswain, *words)
    assert (second["is_new"], second["changed"], second["before"]) == (False, False, second["now"])


@pytest.mark.feature("D71")
def test_a_form_is_filled_for_each_row_of_a_file_and_a_bad_row_fails_alone(
    botswain: Commands, site: str, tmp_path: Path
) -> None:
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["job", "content", "bid"])
        for job, bid in zip(seed_jobs()[:3], (40, 9_000, 42), strict=True):
            writer.writerow([job.url, CONTENT, bid])
    form = {
        "file": "rows.csv",
        "url": f"{site}{{job}}/apply",
        "fields": {"content": "#content", "bid": "#bid"},
        "submit": "testid=proposal-submit",
        "success": "testid=confirmation-number",
        "refusal": ["testid=error-bid"],
        "login": {
            "url": f"{site}/login",
            "values": {"email": "demo@ardan.test", "password": "demo-pass-1"},
            "submit": "testid=login-submit",
            "success": "testid=user-name",
        },
    }
    (tmp_path / "form.yaml").write_text(yaml.safe_dump(form))
    outputs = outputs_of(botswain, "fill-form", "--vars", tmp_path / "form.yaml", "--files", tmp_path)
    assert [each["status"] for each in outputs["results"]] == ["submitted", "refused", "submitted"]
    assert outputs["submitted"] == 2
