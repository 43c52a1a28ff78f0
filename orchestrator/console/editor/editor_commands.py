"""The commands of the editor's window; a registry like the console's feeds its buttons, menus, keys and palette."""

from collections.abc import Callable

from orchestrator.console.commands import Command
from orchestrator.console.words import tr

GRAPH_MENU = (
    "editor.rename", "editor.connect", "editor.duplicate", "editor.group", "", "editor.delete",
)  # fmt: skip
MORE_MENU = (
    "editor.import", "editor.export", "", "editor.duplicate", "editor.group", "editor.connect", "editor.rename",
    "editor.delete", "", "editor.larger", "editor.smaller", "", "editor.problem", "editor.palette", "editor.keys",
    "editor.close",
)  # fmt: skip


def editor_commands(do: Callable[[str], None]) -> tuple[Command, ...]:
    """`do` is called with the last part of a command's id."""

    def command(name: str, title: str, icon: str = "", shortcut: str = "", keywords: str = "") -> Command:
        return Command(
            id=f"editor.{name}",
            title=title,
            run=lambda _: do(name),
            icon=icon,
            shortcut=shortcut,
            section=tr("Editor"),
            keywords=keywords,
            dangerous=name == "delete",
        )

    return (
        command("save", tr("Save"), "check", "Ctrl+S", "version store"),
        command("run", tr("Save and run…"), "play", "Ctrl+Return", "job start test"),
        command("undo", tr("Undo"), "undo-2", "Ctrl+Z"),
        command("redo", tr("Redo"), "rotate-cw", "Ctrl+Shift+Z"),
        command("add", tr("Add a step…"), "plus", "Ctrl+N", "palette action insert"),
        command("duplicate", tr("Duplicate"), "copy", "Ctrl+D", "copy steps"),
        command("delete", tr("Remove"), "trash-2", "Del", "delete steps connection"),
        command("rename", tr("Rename…"), "pencil", "F2", "id name"),
        command("connect", tr("Connect…"), "link", "Ctrl+L", "depends waits dependency"),
        command("group", tr("Side by side"), "columns-3", "Ctrl+G", "parallel group"),
        command("import", tr("Replace by a file…"), "download", "Ctrl+O", "import open yaml"),
        command("export", tr("Export to a file…"), "file-text", "Ctrl+E", "save as yaml"),
        command("palette_pane", tr("Go to the actions"), "", "Ctrl+1"),
        command("graph_pane", tr("Go to the graph"), "", "Ctrl+2"),
        command("properties_pane", tr("Go to the properties"), "", "Ctrl+3"),
        command("text_pane", tr("Go to the text"), "", "Ctrl+4", "yaml"),
        command("problems_pane", tr("Go to the problems"), "", "Ctrl+5"),
        command("problem", tr("Next problem"), "triangle-alert", "F8", "mistake error"),
        command("larger", tr("Larger graph"), "", "Ctrl++", "zoom in"),
        command("smaller", tr("Smaller graph"), "", "Ctrl+-", "zoom out"),
        command("workflow", tr("Properties of the workflow"), "settings", "Ctrl+0", "name variables while"),
        command("palette", tr("All commands"), "command", "Ctrl+K"),
        command("keys", tr("Keys"), "keyboard", "F1"),
        command("close", tr("Close"), "x", "Ctrl+W"),
    )
