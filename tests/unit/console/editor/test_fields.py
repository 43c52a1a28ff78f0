"""Fields come from the typed parameters, and what stands in them is read back as it was shown."""

import pytest

from orchestrator.console.editor.field_values import FieldError, fitting, parsed, shown
from orchestrator.console.editor.fields import FieldKind, parameter_fields, step_groups, workflow_groups
from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.ids import JsonValue


def test_every_action_has_a_field_for_each_parameter() -> None:
    for spec in CATALOGUE.values():
        fields = parameter_fields(spec, {})
        assert {field.title for field in fields} == {*spec.parameters.model_fields}
        assert all(field.choices for field in fields if field.kind is FieldKind.CHOICE)


def test_kinds_follow_the_types() -> None:
    kinds = {field.title: field.kind for field in parameter_fields(CATALOGUE["click"], {})}
    assert kinds["target"] is FieldKind.TARGET
    assert kinds["button"] is FieldKind.CHOICE
    assert kinds["count"] is FieldKind.WHOLE
    assert kinds["position"] is FieldKind.MAPPING
    assert kinds["modifiers"] is FieldKind.LIST


def test_fields_use_the_words_of_the_document() -> None:
    (target, *_) = parameter_fields(CATALOGUE["click"], {"with": {"selector": "#a"}})
    assert target.path == ("with", "selector")
    (called, *_) = parameter_fields(CATALOGUE["sub_workflow"], {"workflow": "Log in"})
    assert called.path == ("workflow",)
    terms = {
        field.title: field
        for group in step_groups({"retries": 2, "needs": "a"}, chooses=False)
        for field in group.fields
    }
    assert terms["Max retries"].path == ("retries",)
    assert terms["Waits for"].path == ("needs",)
    assert workflow_groups({})[0].fields[0].path == ("name",)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldKind.TEXT, "5"), (FieldKind.WHOLE, 5), (FieldKind.NUMBER, 2.5), (FieldKind.SWITCH, True),
        (FieldKind.SWITCH, "${{ fast }}"), (FieldKind.WHOLE, "${{ n }}"), (FieldKind.LIST, ["a", "b"]),
        (FieldKind.TARGET, "#id"), (FieldKind.TARGET, "[name=q]"), (FieldKind.TARGET, {"role": "button"}),
        (FieldKind.TARGET, ["#a", "#b"]), (FieldKind.VALUE, "5"), (FieldKind.VALUE, 5), (FieldKind.VALUE, "a: b"),
        (FieldKind.VALUE, [1, {"a": "b"}]), (FieldKind.MAPPING, {"a": {"type": "string"}}), (FieldKind.VALUE, "null"),
        (FieldKind.VALUE, "x\ny"), (FieldKind.TEXT, ""),
    ],
)  # fmt: skip
def test_what_is_shown_is_read_back(kind: FieldKind, value: JsonValue) -> None:
    freer = fitting(kind, value)
    assert parsed(freer, shown(freer, value)) == value


def test_a_value_of_another_kind_gets_a_freer_field() -> None:
    assert fitting(FieldKind.TEXT, ["a"]) is FieldKind.VALUE
    assert fitting(FieldKind.TEXT, "a\nb") is FieldKind.LONG_TEXT
    assert fitting(FieldKind.LIST, "a") is FieldKind.VALUE


@pytest.mark.parametrize(
    ("kind", "text"),
    [(FieldKind.WHOLE, "2.5"), (FieldKind.NUMBER, "x"), (FieldKind.SWITCH, "maybe"), (FieldKind.MAPPING, "plain")],
)
def test_what_cannot_be_meant_says_what_could(kind: FieldKind, text: str) -> None:
    with pytest.raises(FieldError, match="Write"):
        parsed(kind, text)
