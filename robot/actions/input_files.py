"""Files that steps read: those of the run, and those in folders that the robot's operator has opened."""

from pathlib import Path

from orchestrator.contract.actions.tables import FileInput
from orchestrator.contract.errors import ErrorKind
from robot.actions.work import Work
from robot.errors import ActionError


def input_file(work: Work, file: FileInput) -> Path:
    """Where a file is that a step names; ActionError of kind bad_workflow for one that is not there or not allowed."""
    name = str(file["name"]) if isinstance(file, dict) else file
    own = work.folder.find(name)
    if own is not None:
        return own
    folders = [folder.resolve() for folder in work.settings.input_folders]
    for folder in folders:
        path = (folder / Path(name).expanduser()).resolve()
        if path.is_relative_to(folder) and path.is_file():
            return path
    raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"There is no file {name!r} to read{_where(folders)}.", hint=_HINT)


_HINT = (
    "Name a file that an earlier step of the run made, or a path in a folder that the robot may read: "
    "`botswain-robot run --files DIR`, `botswain run --files DIR`."
)


def _where(folders: list[Path]) -> str:
    if not folders:
        return ": the run has none of this name, and no folder of this robot is open to workflows"
    return f", neither among the run's files nor in {', '.join(map(str, folders))}"
