"""The tree of folders and workflows, and what the chosen one does: steps as a picture, variables, its source."""

import json

import yaml
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QPlainTextEdit, QSplitter, QStackedWidget, QTabWidget, QTreeView, QVBoxLayout, QWidget

from orchestrator.console.actions.workflows import WORKFLOW_MENU
from orchestrator.console.commands import CommandContext
from orchestrator.console.details.step_columns import definition_columns
from orchestrator.console.formatting import short_id
from orchestrator.console.operations import reason_of
from orchestrator.console.panels.base import Panel
from orchestrator.console.store import Kind
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.tokens import SPACE_M, SPACE_S, SPACE_XS, Tone
from orchestrator.console.widgets.command_button import command_button
from orchestrator.console.widgets.empty_state import EmptyState, EmptyText
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.property_list import Property, PropertyList
from orchestrator.console.widgets.step_graph import GraphNode, StepGraph
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.widgets.variable_form import variables_of
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import StepView
from orchestrator.contract.api.workflows import WorkflowDetail, WorkflowView
from orchestrator.contract.ids import JsonValue

_ID = Qt.ItemDataRole.UserRole
_HALF = 1_000
"""More than there is: what there is, is shared evenly."""
_NONE_YET = EmptyText(
    "workflow",
    tr("No workflows yet"),
    tr("A workflow is a YAML or JSON file that says what a robot does, step by step."),
    tr("Import a workflow…"),
)
_CHOOSE = EmptyText("workflow", tr("Choose a workflow"), tr("Its steps, variables and source show here."))
_NO_STEPS = EmptyText("workflow", tr("No steps"), tr("This workflow does nothing."))


class WorkflowsPanel(Panel):
    """Enter on a workflow asks for a job of it."""

    key, title = "workflows", tr("Workflows")
    kinds = frozenset({Kind.WORKFLOWS})

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._shown: tuple[WorkflowView, ...] = ()
        self._chosen = ""
        self.model = QStandardItemModel(self)
        self.tree = QTreeView()
        self.tree.setAccessibleName(tr("Workflows by folder"))
        self.tree.setModel(self.model)
        self.tree.setHeaderHidden(True)
        self.tree.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.tree.setUniformRowHeights(True)
        self.tree.selectionModel().currentChanged.connect(self._choose)
        self.tree.activated.connect(lambda _: bench.commands.run("workflow.run"))
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._add_buttons()
        self._build_detail()
        self._arrange()

    def refresh(self) -> None:
        """Fill the tree when the set of workflows has changed; what was chosen stays chosen."""
        views = tuple(sorted(self.store.workflows.values(), key=lambda each: (each.folder, each.name)))
        if not self.tree.actions():
            self.tree.addActions([self.bench.commands.action(each) for each in WORKFLOW_MENU if each])
        if self.store.heard_at is not None:
            self.pages.setCurrentIndex(0 if views else 1)
        if views == self._shown:
            return
        self._shown = views
        self._fill(views)
        self.total.setText(counted("%n workflow", "%n workflows", len(views)))

    def take_keyboard(self) -> None:
        """Into the tree."""
        self.tree.setFocus()

    def context(self) -> CommandContext:
        """The chosen workflow."""
        ids = (self._chosen,) if self._chosen in self.store.workflows else ()
        return CommandContext(panel=self.key, kind="workflow", ids=ids, connected=self.store.is_connected)

    def _add_buttons(self) -> None:
        commands, theme = self.bench.commands, self.bench.theme
        for command_id, words in (
            ("workflow.new", tr("New…")),
            ("workflow.edit", tr("Edit…")),
            ("workflow.versions", tr("Versions…")),
            ("workflow.import_recording", tr("Recording…")),
        ):
            self.head.addWidget(command_button(commands, theme, command_id, words=words))
        self.head.addWidget(command_button(commands, theme, "workflow.import"))
        self.head.addWidget(command_button(commands, theme, "workflow.run", primary=True))

    def _build_detail(self) -> None:
        bench = self.bench
        self.name, self.words = label("", "heading"), label("", "muted")
        self.words.setWordWrap(True)
        self.facts = PropertyList(bench.theme)
        self.graph = StepGraph(bench.theme)
        self.steps: MemoryRows[StepView] = MemoryRows(
            definition_columns(), lambda step: step.step_id, bench.clock, parent=self
        )
        table: TableView[StepView] = TableView(
            bench.theme,
            self.steps.model,
            bench.settings,
            bench.clock,
            name="definition",
            title=tr("Steps"),
            empty=_NO_STEPS,
        )
        self.source = QPlainTextEdit()
        self.source.setReadOnly(True)
        self.source.setProperty("log", True)
        self.source.setAccessibleName(tr("Source of the workflow"))
        self.source.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.variables = PropertyList(bench.theme)
        steps = QSplitter(Qt.Orientation.Vertical)
        steps.setChildrenCollapsible(False)
        steps.setProperty("gap", True)
        steps.setHandleWidth(12)
        steps.addWidget(table_card(self.graph.in_scroll_area()))
        steps.addWidget(table_card(table))
        steps.setStretchFactor(0, 1)
        steps.setStretchFactor(1, 1)
        steps.setSizes([_HALF, _HALF])
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(tr("Parts of the workflow"))
        for words, page in (
            (tr("Steps"), steps),
            (tr("Variables"), self.variables),
            (tr("Source"), table_card(self.source)),
        ):
            self.tabs.addTab(_padded(page, stretch=page is self.variables), words)

    def _arrange(self) -> None:
        detail = QWidget()
        column = QVBoxLayout(detail)
        column.setContentsMargins(SPACE_XS, 0, 0, 0)
        column.setSpacing(SPACE_S)
        for part in (self.name, self.words, self.facts):
            column.addWidget(part)
        column.addWidget(self.tabs, 1)
        self.right = QStackedWidget()
        self.right.addWidget(EmptyState(self.bench.theme, _CHOOSE))
        self.right.addWidget(detail)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setProperty("gap", True)
        split.setHandleWidth(12)
        split.addWidget(table_card(self.tree))
        split.addWidget(self.right)
        split.setSizes([290, 860])
        empty = EmptyState(self.bench.theme, _NONE_YET)
        empty.action_clicked.connect(lambda: self.bench.commands.run("workflow.import"))
        self.pages = QStackedWidget()
        self.pages.addWidget(split)
        self.pages.addWidget(empty)
        self.total = label("", "caption")
        self.column.addWidget(self.pages, 1)
        self.column.addWidget(self.total)

    def show_part(self, part: str) -> None:
        """The workflow of this id, also when the news of it are still on their way."""
        self._chosen = part
        exactly = Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive
        for index in self.model.match(self.model.index(0, 0), _ID, part, 1, exactly):
            self.tree.setCurrentIndex(index)

    def _fill(self, views: tuple[WorkflowView, ...]) -> None:
        chosen = self._chosen
        self.model.clear()
        folders: dict[str, QStandardItem] = {}
        for view in views:
            item = QStandardItem(self.bench.theme.icon("workflow", Tone.MUTED), view.name)
            item.setData(view.workflow_id, _ID)
            item.setToolTip(view.description)
            self._folder(folders, view.folder).appendRow(item)
            if view.workflow_id == chosen or not chosen:
                chosen = view.workflow_id
                current = item
        self.tree.expandAll()
        if views and chosen in self.store.workflows:
            self.tree.setCurrentIndex(current.index())
        elif not views:
            self._chosen = ""

    def _folder(self, folders: dict[str, QStandardItem], path: str) -> QStandardItem:
        """The item of a folder such as `Finance/Monthly`, made with its parents."""
        if not path:
            return self.model.invisibleRootItem()
        if path not in folders:
            above, _, name = path.rpartition("/")
            folder = QStandardItem(self.bench.theme.icon("folder", Tone.MUTED), name)
            self._folder(folders, above).appendRow(folder)
            folders[path] = folder
        return folders[path]

    def _choose(self, index: QModelIndex) -> None:
        workflow_id = index.data(_ID)
        if not workflow_id:
            return
        self._chosen = str(workflow_id)
        view = self.store.workflows.get(self._chosen)
        if view is not None:
            self._show_view(view)
            self.bench.tasks.start(self._load(view.workflow_id), key="workflow.load", on_error=self._failed)
        self.bench.commands.refresh()

    async def _load(self, workflow_id: str) -> None:
        detail = await self.bench.link.client.workflow(workflow_id)
        if workflow_id == self._chosen:
            self._show_definition(detail)

    def _failed(self, error: Exception) -> None:
        self.source.setPlainText(reason_of(error))

    def _show_view(self, view: WorkflowView) -> None:
        self.right.setCurrentIndex(1)
        self.name.setText(view.name)
        self.words.setText(view.description or tr("No description"))
        self.facts.set_properties(
            [
                Property(tr("Version"), f"{view.number}  {short_id(view.workflow_hash)}", tooltip=view.workflow_hash),
                Property(tr("Steps"), str(view.steps)),
                Property(tr("Tags"), ", ".join(view.tags) or tr("none")),
            ]
        )

    def _show_definition(self, detail: WorkflowDetail) -> None:
        definition = detail.definition
        self.source.setPlainText(detail.source or yaml.safe_dump(definition, sort_keys=False, allow_unicode=True))
        steps = _steps(definition)
        self.steps.set_rows(steps)
        self.graph.set_nodes([GraphNode(step.step_id, step.name, step.dependencies) for step in steps])
        self.variables.set_properties(
            [
                Property(
                    name,
                    _variable_words(variable.type.value, variable.default, required=variable.required),
                    tooltip=variable.description,
                )
                for name, variable in variables_of(definition).items()
            ]
        )


def _padded(content: QWidget, *, stretch: bool) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, SPACE_M, 0, 0)
    column.addWidget(content)
    if stretch:
        column.addStretch(1)
    return holder


def _steps(definition: dict[str, JsonValue]) -> list[StepView]:
    """The steps of a stored definition; what a newer engine adds is left out."""
    steps = definition.get("steps")
    views: list[StepView] = []
    for number, step in enumerate(steps if isinstance(steps, list) else ()):
        if isinstance(step, dict):
            needs = step.get("dependencies")
            step_id = str(step.get("id") or number)
            views.append(
                StepView(
                    step_id=step_id,
                    name=str(step.get("name") or step_id),
                    action=str(step.get("action") or ""),
                    dependencies=tuple(str(each) for each in needs) if isinstance(needs, list) else (),
                    message=str(step.get("condition") or ""),
                )
            )
    return views


def _variable_words(kind: str, default: JsonValue, *, required: bool) -> str:
    if required:
        return tr("{kind}, required", kind=kind)
    return tr("{kind}, {dumps} unless given", kind=kind, dumps=json.dumps(default, ensure_ascii=False))
