"""What the names in a workflow's expressions are: variables by their declarations, steps by what their actions give.

Only what is certain is said: an action that is not in the table, a variable that a step writes, and the value of an
expression that nobody can foresee may be anything. Every value of a step may also be null, since steps are skipped.
"""

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from orchestrator.contract.expression_language import ExpressionError, parse
from orchestrator.contract.expression_types import (
    BOOLEAN,
    LIST,
    NULL,
    NUMBER,
    OBJECT,
    TEXT,
    UNKNOWN,
    TypeMistakeError,
    ValueType,
    list_of,
    object_of,
    type_of,
    type_of_value,
)
from orchestrator.contract.expressions import LOOP_NAMES, condition_text, find_expressions
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import IF, Aggregator
from orchestrator.contract.recheck import Recheck
from orchestrator.contract.sub_workflows import Callee, Workflows, call_of
from orchestrator.contract.workflow import Step, Variable, VariableType, WorkflowDefinition
from orchestrator.contract.workflow_graph import dependents

_TEXT, _NUMBER, _BOOLEAN, _LIST = (ValueType.of(each) for each in (TEXT, NUMBER, BOOLEAN, LIST))
_OBJECT = ValueType.of(OBJECT)
_PAGE = object_of({"url": _TEXT, "status": _NUMBER.or_null(), "title": _TEXT})
_TEXT_OR_NULL = _TEXT.or_null()

RESULTS: Mapping[str, ValueType] = {
    "goto": _PAGE,
    "back": _PAGE,
    "forward": _PAGE,
    "reload": _PAGE,
    "count": _NUMBER,
    "exists": _BOOLEAN,
    "assert": _BOOLEAN,
    "log": _TEXT,
    "extract_list": _LIST,
    "extract_table": _LIST,
    "deduplicate": _LIST,
    "sort": _LIST,
    "filter": _LIST,
    "http.request": object_of(
        {"status": _NUMBER, "url": _TEXT, "headers": _OBJECT, "json": UNKNOWN, "text": _TEXT_OR_NULL}
    ),
    "human.approve": object_of({"approved": _BOOLEAN, "by": _TEXT_OR_NULL, "note": _TEXT_OR_NULL}),
    "human.answer": object_of({"answer": UNKNOWN, "by": _TEXT_OR_NULL, "note": _TEXT_OR_NULL}),
    "create_session_pool": object_of({"sessions": list_of(_TEXT), "requested": _NUMBER, "created": _NUMBER}),
    "acquire_sessions": object_of({"sessions": list_of(_TEXT), "requested": _NUMBER, "created": _NUMBER}),
    "release_sessions": object_of({"released": list_of(_TEXT), "remaining": _NUMBER}),
    IF: object_of({"condition": UNKNOWN, "conditionResult": _BOOLEAN, "branch": _TEXT, "results": _LIST}),
}
"""By action, what its step's value surely is: all fields of an object, or only that it is a list."""
_VARIABLES: Mapping[VariableType, ValueType] = {
    VariableType.STRING: _TEXT,
    VariableType.INTEGER: _NUMBER,
    VariableType.NUMBER: _NUMBER,
    VariableType.BOOLEAN: _BOOLEAN,
    VariableType.LIST: _LIST,
    VariableType.OBJECT: _OBJECT,
}
_AGGREGATES: Mapping[str, ValueType] = {
    Aggregator.RESULTS: _LIST,
    Aggregator.COUNT: _NUMBER,
    Aggregator.ALL: _BOOLEAN,
    Aggregator.ANY: _BOOLEAN,
}
_ITEM = object_of({"index": _NUMBER, "status": _TEXT, "result": UNKNOWN, "error": _OBJECT.or_null()})


def variable_type(variable: Variable) -> ValueType:
    """What a declared variable can hold; one with choices holds one of these, whatever its type says."""
    if variable.choices:
        return UNKNOWN
    found = _VARIABLES.get(variable.type, UNKNOWN)
    return found if variable.required or found.is_open else found.or_null()


def recheck_types(recheck: Recheck) -> Mapping[str, ValueType]:
    """What the names are that only a recheck's expressions see."""
    read = RESULTS.get(recheck.action, UNKNOWN) if recheck.action is not None else ValueType.of(NULL)
    return {"result": read, "page": _PAGE if recheck.url is not None else _PAGE.or_null()}


@dataclass(slots=True)
class WorkflowTypes:
    """The types of one workflow's names."""

    definition: WorkflowDefinition
    workflows: Workflows
    _steps: dict[str, Step] = field(init=False)
    _variables: dict[str, ValueType] = field(init=False)
    _known: dict[str, ValueType] = field(default_factory=dict)
    """Of steps, those that are being looked at included."""

    def __post_init__(self) -> None:
        self._steps = {step.id: step for step in self.definition.steps}
        written = {step.save_as for step in self.definition.steps}
        self._variables = {
            name: UNKNOWN if name in written else variable_type(each)
            for name, each in self.definition.variables.items()
        }

    def mistake_in(self, text: str, local: Collection[str] = ()) -> str:
        """Why an expression can never have a value, in a sentence; empty when nothing is certain. `local` are names
        that mean something only there, and what they are where that is known."""
        try:
            self._type_of(text, local)
        except TypeMistakeError as mistake:
            return str(mistake)
        return ""

    def no_list(self, items: JsonValue) -> str:
        """Why the items of a fan-out can never be a list; empty when they may be."""
        given = self._rendered(items)
        return "" if given.may_be(LIST) else f"A fan-out needs a list; this is {given}."

    # --- types ----------------------------------------------------------------------------------------------------

    def _type_of(self, text: str, local: Collection[str]) -> ValueType:
        return type_of(parse(text), lambda node: self._read(node, local))

    def _read(self, node: ast.expr, local: Collection[str]) -> ValueType | None:
        """What a part of an expression reads, when it reads something of the run as a whole."""
        match node:
            case ast.Name(id=name) if name in local:
                known = local.get(name) if isinstance(local, Mapping) else None
                return known if isinstance(known, ValueType) else UNKNOWN
            case ast.Name(id=name):
                return self._named(name)
            case ast.Attribute(value=ast.Name(id="steps" | "results" | "variables" | "vars" as owner), attr=key):
                return self._looked_up(owner, key, local)
            case ast.Subscript(
                value=ast.Name(id="steps" | "results" | "variables" | "vars" as owner),
                slice=ast.Constant(value=str() as key),
            ):
                return self._looked_up(owner, key, local)
            case _:
                return None

    def _named(self, name: str) -> ValueType | None:
        if name in self._variables:
            return self._variables[name]
        return _NUMBER if name == "iteration" else None

    def _looked_up(self, owner: str, key: str, local: Collection[str]) -> ValueType:
        if owner in local or owner in self._variables:
            return UNKNOWN
        if owner in {"variables", "vars"}:
            return self._variables.get(key, UNKNOWN)
        step = self._steps.get(key)
        if step is None:
            return UNKNOWN
        result = self._result_of(step).or_null()
        if owner == "results":
            return result
        fields = {"result": result, "status": _TEXT, "error": _OBJECT.or_null()}
        return object_of({**fields, "items": list_of(_ITEM)} if step.for_each is not None else fields)

    def _result_of(self, step: Step) -> ValueType:
        if step.id not in self._known:
            self._known[step.id] = UNKNOWN  # for a step that reads its own value, which is another's mistake
            self._known[step.id] = self._found(step)
        return self._known[step.id]

    def _found(self, step: Step) -> ValueType:
        loop = step.for_each
        if loop is None:
            return self._value_of(step)
        if loop.aggregate == Aggregator.COLLECT:
            return list_of(self._value_of(step))
        return _AGGREGATES.get(loop.aggregate, UNKNOWN)

    def _value_of(self, step: Step) -> ValueType:
        """What one run of the step's action gives."""
        said = step.parameters
        match step.action:
            case "set":
                names = {*LOOP_NAMES, step.for_each.name} if step.for_each is not None else ()
                return self._rendered(said.get("value"), names)
            case "sub_workflow":
                return self._outputs_of(step)
            case "extract" if said.get("kind") not in {"list", "table"}:
                return _fields_of(said.get("fields"))
            case "extract_list" if isinstance(said.get("fields"), dict) and said["fields"]:
                return list_of(_fields_of(said["fields"]))
            case action:
                return RESULTS.get(action, UNKNOWN)

    def _rendered(self, value: JsonValue, local: Collection[str] = ()) -> ValueType:
        """The type of a parameter's value once its expressions are replaced."""
        match value:
            case str() if "${{" in value:
                text = _only_expression(value)
                try:
                    return self._type_of(text, local) if text else _TEXT
                except (TypeMistakeError, ExpressionError):
                    return UNKNOWN  # told where it stands
            case dict():
                return object_of({name: self._rendered(each, local) for name, each in value.items()})
            case _:
                return type_of_value(value)

    def _outputs_of(self, step: Step) -> ValueType:
        call = call_of(step)
        callee: Callee | None = self.workflows.find(call) if call is not None else None
        if callee is None:
            return _OBJECT
        called = callee.definition
        names = tuple(called.outputs) or _last_steps(called)
        return object_of(dict.fromkeys(names, UNKNOWN))


def _fields_of(fields: JsonValue) -> ValueType:
    return object_of(dict.fromkeys(fields, UNKNOWN)) if isinstance(fields, dict) and fields else UNKNOWN


def _last_steps(definition: WorkflowDefinition) -> tuple[str, ...]:
    """The steps that nothing waits for, which give the outputs of a workflow that declares none."""
    followers = dependents({step.id: step.dependencies for step in definition.steps})
    return tuple(step_id for step_id, waiting in followers.items() if not waiting)


def _only_expression(text: str) -> str:
    """The expression that is all of a text; empty when there is more."""
    try:
        found = list(find_expressions(text))
        is_all = len(found) == 1 and text == text.strip() and condition_text(text) == found[0].text
    except ExpressionError:
        return ""
    return found[0].text if is_all else ""
