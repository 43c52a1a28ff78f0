"""`botswain record`: a browser in which every click becomes a step, through Playwright's own recorder."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from orchestrator.cli.console_window import has_display
from orchestrator.cli.import_recording import (
    AllowGaps,
    Force,
    Named,
    Output,
    deliver,
    recording_text,
    refuse_overwriting,
)
from orchestrator.contract.api.recordings import RecordingKind
from orchestrator.contract.errors import UserError
from orchestrator.recordings.read import import_recording
from orchestrator.recordings.recording import Choice

SCRIPT = "recording.py"


def record(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the recording begins.", show_default=False)],
    *,
    output: Output = None,
    keep: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the recorder's Python script here as well.")
    ] = None,
    name: Named = None,
    browser: Annotated[str | None, typer.Option(help="Path of the browser, or chrome, msedge, chromium.")] = None,
    allow_gaps: AllowGaps = False,
    force: Force = False,
) -> None:
    """Open a browser, record what you do in it until you close it, and turn that into a workflow.

    It needs a display and the robot's packages on this machine.

    Example:  botswain record https://shop.example -o order.yaml
    """
    if not url.startswith(("http://", "https://")):
        raise UserError(f"URL: {url!r} must begin with http:// or https://.", field="URL")
    if not has_display():
        raise UserError("There is no display to open a browser on: DISPLAY and WAYLAND_DISPLAY are not set.")
    refuse_overwriting(output, force=force)
    refuse_overwriting(keep, force=force)
    with TemporaryDirectory(prefix="botswain-record-") as folder:
        script = Path(folder) / SCRIPT
        _recorded(url, script, browser)
        text = recording_text(str(script))
        if keep is not None:
            keep.write_text(text, encoding="utf-8")
    imported = import_recording(text, source=url, kind=RecordingKind.PLAYWRIGHT, choice=Choice(name=name))
    deliver(imported, source=url, output=output, allow_gaps=allow_gaps)


def _recorded(url: str, script: Path, browser: str | None) -> None:
    """The robot's side opens the browser: it knows where browsers are. UserError when nothing was recorded."""
    chosen = ["--browser", browser] if browser else []
    command = [sys.executable, "-m", "robot.cli", "record", url, "--output", str(script), *chosen]
    ended = subprocess.run(command, check=False, env=os.environ)  # noqa: S603  our own program
    if ended.returncode != 0:
        sys.exit(ended.returncode)
    if not script.is_file() or not script.read_text(encoding="utf-8").strip():
        raise UserError("Nothing was recorded: the browser was closed before anything happened in it.")
