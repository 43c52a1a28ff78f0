"""The form of what is chosen: a step with its action's typed parameters and its terms, or the workflow."""

from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from orchestrator.console.editor.checking import is_about
from orchestrator.console.editor.document import WorkflowText
from orchestrator.console.editor.field_box import FieldBox, Reference
from orchestrator.console.editor.field_values import fitting
from orchestrator.console.editor.fields import (
    FieldGroup,
    FieldKind,
    FieldSpec,
    parameter_fields,
    step_groups,
    value_in,
    workflow_groups,
)
from orchestrator.console.editor.fold import Fold
from orchestrator.console.editor.outline import OutlineStep, Path
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_M, SPACE_S
from orchestrator.console.widgets.labels import label
from orchestrator.console.words import counted, tr
from orchestrator.contract.action_reference import remarks_on
from orchestrator.contract.actions.catalogue import find_action, known_actions
from orchestrator.contract.errors import Problem
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import IF

WORKFLOW = ""


class PropertiesForm(QScrollArea):
    """Shows the document's values; what is entered is told by signals."""

    value_edited = Signal(str, object, object, str)
    """The step's id (empty: the workflow), the path in the document, the value (None: take it out), the title."""
    links_edited = Signal(str, str, object)
    """The step's id, `dependencies`, `then` or `otherwise`, and the ids."""
    id_edited = Signal(str, str)
    name_edited = Signal(str, str)
    action_edited = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._document = WorkflowText(text="", value={})
        self._step_id = WORKFLOW
        self._shape: object = None
        self._open: set[str] = set()
        self.boxes: list[FieldBox] = []
        self.id_input: QLineEdit | None = None
        self.name_input: QLineEdit | None = None
        self.action_input: QComboBox | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Properties"))

    @property
    def step_id(self) -> str:
        """Of the step that is shown; empty for the workflow."""
        return self._step_id

    def show_document(self, document: WorkflowText, ids: Sequence[str]) -> None:
        """Show the only chosen step, or how many are chosen, or the workflow."""
        self._document = document
        step = document.outline.find(ids[0]) if len(ids) == 1 else None
        if len(ids) > 1:
            self._show_many(len(ids))
        elif step is None:
            self._show_workflow()
        else:
            self._show_step(step)

    def box(self, word: str) -> FieldBox | None:
        """The field that a word means, such as `url` or `timeout`."""
        return next((box for box in self.boxes if word in box.spec.words), None)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Each mistake beside the field it is about."""
        for box in self.boxes:
            found = next((each.message for each in problems if is_about(each, box.spec.words)), "")
            box.complain(found)

    def focus_first(self) -> None:
        """The keyboard to the first field that wants something."""
        wanting = [box for box in self.boxes if box.spec.is_required and not box.text]
        target = wanting[0].input if wanting else self.name_input or (self.boxes[0].input if self.boxes else None)
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_field(self, problem: Problem) -> None:
        """The keyboard to the field that a mistake is about."""
        box = next((each for each in self.boxes if is_about(problem, each.spec.words)), None)
        if box is not None:
            _open_around(box)
            box.input.setFocus(Qt.FocusReason.OtherFocusReason)
            self.ensureWidgetVisible(box)

    def _show_many(self, number: int) -> None:
        if self._shape != number:
            self._begin(number)
            self._column.addWidget(label(counted("%n step is chosen", "%n steps are chosen", number), "heading"))
            words = label(tr("Copy, remove or group them; choose one to see its properties."), "muted")
            words.setWordWrap(True)
            self._column.addWidget(words)
            self._column.addStretch(1)
        self._step_id = WORKFLOW

    def _show_workflow(self) -> None:
        self._step_id = WORKFLOW
        path = self._document.outline.head_path
        data = self._document.at(path)
        groups = workflow_groups(data if isinstance(data, dict) else {})
        shape = ("workflow", _shape_of(groups, data))
        if shape != self._shape:
            self._begin(shape)
            self._column.addWidget(label(tr("The workflow"), "heading"))
            self._add_groups(groups, data, first_open=True)
            self._column.addStretch(1)
        self._fill([field for group in groups for field in group.fields], data)

    def _show_step(self, step: OutlineStep) -> None:
        spec = find_action(step.action)
        chooses = bool(step.then or step.otherwise) or step.action == IF
        parameters = FieldGroup(
            title=tr("Parameters"), fields=parameter_fields(spec, step.data) if spec is not None else ()
        )
        groups = step_groups(step.data, chooses=chooses)
        data = dict(step.data)
        shape = (step.step_id, step.action, _shape_of((parameters, *groups), data))
        if shape != self._shape:
            self._begin(shape)
            self._step_id = step.step_id
            self._add_head(step)
            if parameters.fields:
                self._add_groups((parameters,), data, first_open=True)
            self._add_groups(groups, data)
            self._column.addStretch(1)
        self._step_id = step.step_id
        self._fill([*parameters.fields, *(field for group in groups for field in group.fields)], data)
        self._fill_head(step)
        self._fill_steps(step)

    def _begin(self, shape: object) -> None:
        self._shape = shape
        self.boxes = []
        self.id_input = self.name_input = self.action_input = None
        content = QWidget()
        content.setProperty("panel", True)
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(2, 0, SPACE_M, 0)
        self._column.setSpacing(SPACE_S)
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.setWidget(content)
        content.show()  # a scroll area that is seen already leaves its new content hidden

    def _add_head(self, step: OutlineStep) -> None:
        spec = find_action(step.action)
        self.name_input, self.id_input, self.action_input = QLineEdit(), QLineEdit(), _action_choice()
        for words, field in (
            (tr("Name"), self.name_input),
            (tr("Id"), self.id_input),
            (tr("Action"), self.action_input),
        ):
            field.setAccessibleName(words)
            self._column.addWidget(label(words, "strong"))
            self._column.addWidget(field)
        if spec is not None:
            summary = label(
                " ".join([spec.summary, *remarks_on(spec), tr("Gives: {what}", what=spec.result)]), "caption"
            )
            summary.setWordWrap(True)
            self._column.addWidget(summary)
        step_id = step.step_id
        name, own_id, action = self.name_input, self.id_input, self.action_input
        name.textEdited.connect(lambda text: self.name_edited.emit(self._step_id, text))
        own_id.editingFinished.connect(lambda: self._commit_id(step_id, own_id))
        action.activated.connect(lambda _: self._commit_action(step_id, action))
        line = action.lineEdit()
        if line is not None:
            line.setAccessibleName(tr("Action"))
            line.editingFinished.connect(lambda: self._commit_action(step_id, action))

    def _commit_id(self, step_id: str, field: QLineEdit) -> None:
        if step_id == self._step_id and field.text().strip() not in ("", step_id):
            self.id_edited.emit(step_id, field.text().strip())

    def _commit_action(self, step_id: str, field: QComboBox) -> None:
        step = self._document.outline.find(step_id)
        wanted = field.currentText().strip()
        if step is not None and step_id == self._step_id and wanted and wanted != step.action:
            self.action_edited.emit(step_id, wanted)

    def _fill_head(self, step: OutlineStep) -> None:
        assert self.name_input is not None
        assert self.id_input is not None
        assert self.action_input is not None
        for field, text in ((self.name_input, step.name), (self.id_input, step.step_id)):
            if field.text() != text:
                field.setText(text)
        if not self.action_input.hasFocus() and self.action_input.currentText() != step.action:
            self.action_input.setCurrentText(step.action)

    def _add_groups(self, groups: Sequence[FieldGroup], data: JsonValue, *, first_open: bool = False) -> None:
        for number, group in enumerate(groups):
            is_used = any(value_in(data, field.path) is not None for field in group.fields)
            is_open = is_used or (first_open and number == 0) or group.title in self._open
            fold = Fold(self._theme, group.title, is_open=is_open)
            fold.button.toggled.connect(lambda opened, title=group.title: self._remember(title, opened=opened))
            for field in group.fields:
                box = FieldBox(self._theme, field, value_in(data, field.path), self._references)
                box.edited.connect(self._edited)
                self.boxes.append(box)
                fold.body.addWidget(box)
            self._column.addWidget(fold)

    def _remember(self, title: str, *, opened: bool) -> None:
        self._open = {*self._open, title} if opened else self._open - {title}

    def _fill(self, fields: Sequence[FieldSpec], data: JsonValue) -> None:
        for box, field in zip(self.boxes, fields, strict=True):
            box.spec = field
            if field.kind is not FieldKind.STEPS:
                box.set_value(value_in(data, field.path))

    def _fill_steps(self, step: OutlineStep) -> None:
        others = [(each.step_id, each.title) for each in self._document.outline.steps if each.step_id != step.step_id]
        for box in self.boxes:
            if box.kind is FieldKind.STEPS:
                box.set_steps(others)
                chosen = {*_linked(step, box.spec)}
                box.set_value([step_id for step_id, _ in others if step_id in chosen])

    def _edited(self, field: FieldSpec, value: JsonValue) -> None:
        if field.kind is FieldKind.STEPS:
            self.links_edited.emit(self._step_id, _link_field(field), value)
            return
        step = self._document.outline.find(self._step_id)
        base: Path = step.path if step is not None else self._document.outline.head_path
        self.value_edited.emit(self._step_id, (*base, *field.path), value, field.title)

    def _references(self) -> list[Reference]:
        """Variables, secrets, what a loop calls its entry, and the results of other steps, the ones before first."""
        return [*_variables(self._document), *_results(self._document, self._step_id)]


def _open_around(box: QWidget) -> None:
    parent = box.parentWidget()
    while parent is not None:
        if isinstance(parent, Fold):
            parent.button.setChecked(True)
            return
        parent = parent.parentWidget()


def _shape_of(groups: Sequence[FieldGroup], data: JsonValue) -> tuple[object, ...]:
    """What a form must be built anew for: other fields, or a value that its field cannot show."""
    return tuple(
        (field.title, fitting(field.kind, value_in(data, field.path))) for group in groups for field in group.fields
    )


def _linked(step: OutlineStep, field: FieldSpec) -> tuple[str, ...]:
    return {"dependencies": step.needs, "then": step.then, "otherwise": step.otherwise}[_link_field(field)]


def _link_field(field: FieldSpec) -> str:
    return next(each for each in ("dependencies", "otherwise", "then") if each in field.words)


def _action_choice() -> QComboBox:
    box = QComboBox()
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    names = sorted(known_actions())
    box.addItems(names)
    completer = QCompleter(QStringListModel(names, box), box)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    box.setCompleter(completer)
    return box


def _variables(document: WorkflowText) -> Iterator[Reference]:
    head = document.at(document.outline.head_path)
    declared = head.get("variables") if isinstance(head, dict) else None
    found: Mapping[str, JsonValue] = declared if isinstance(declared, dict) else {}
    secrets = [name for name, each in found.items() if isinstance(each, dict) and each.get("secret") is True]
    for name in found:
        if name not in secrets:
            yield Reference(group=tr("Variables"), title=name, text=name)
    for name in secrets:
        yield Reference(group=tr("Secrets"), title=name, text=name)


def _results(document: WorkflowText, step_id: str) -> Iterator[Reference]:
    outline = document.outline
    own = outline.find(step_id)
    if own is not None and own.is_loop:
        yield Reference(group=tr("This loop"), title="item", text="item")
    for step in outline.steps:
        if step.step_id != step_id:
            place = f".{step.step_id}" if step.step_id.isidentifier() else f'["{step.step_id}"]'
            yield Reference(group=tr("Results of steps"), title=step.title, text=f"steps{place}.result")
