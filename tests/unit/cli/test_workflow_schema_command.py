"""`botswain workflows schema`: to the output, or into a file."""

import json
from pathlib import Path

from typer.testing import CliRunner

from orchestrator.cli.workflows import app
from orchestrator.contract.workflow_schema import DIALECT


def test_the_schema_goes_to_the_output_or_into_a_file(tmp_path: Path) -> None:
    written = CliRunner().invoke(app, ["schema"])
    assert json.loads(written.output)["$schema"] == DIALECT

    said = CliRunner().invoke(app, ["schema", "-o", str(tmp_path / "w.json")])
    assert json.loads((tmp_path / "w.json").read_text()) == json.loads(written.output)
    assert "yaml-language-server: $schema=w.json" in said.output
