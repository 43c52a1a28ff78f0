"""Commands of Selenium IDE that look at a page: assertions, waits, and what is stored in variables."""

from collections.abc import Mapping

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.draft import value_of
from orchestrator.recordings.recording import NotCarriedOverError
from orchestrator.recordings.selenium_commands import Reader, milliseconds
from orchestrator.recordings.selenium_context import Context
from orchestrator.recordings.selenium_text import expression_of, json_or_text, returned
from orchestrator.recordings.selenium_tree import Command
from orchestrator.recordings.typed_secrets import secret_name

_STATES = {
    "ElementPresent": "exists",
    "ElementNotPresent": "missing",
    "Checked": "checked",
    "NotChecked": "unchecked",
    "Editable": "enabled",
    "NotEditable": "disabled",
}
_VALUES = {
    "Text": (None, "equals"),
    "NotText": (None, "not_equals"),
    "Value": ("value", "equals"),
    "SelectedValue": ("value", "equals"),
    "NotSelectedValue": ("value", "not_equals"),
    "SelectedLabel": (None, "equals"),
}
_DIALOGS = frozenset({"Alert", "Confirmation", "Prompt"})
_WAITS = {
    "waitForElementPresent": "attached",
    "waitForElementNotPresent": "detached",
    "waitForElementVisible": "visible",
    "waitForElementNotVisible": "hidden",
    "waitForElementEditable": "enabled",
    "waitForElementNotEditable": "disabled",
}


def _state(op: str) -> Reader:
    def read(context: Context, command: Command) -> None:
        target, name = context.named(command)
        context.draft.step("assert", f"{name} {op}", target=target, op=op, soft=_soft(command))

    return read


def _value(subject: str | None, op: str) -> Reader:
    def read(context: Context, command: Command) -> None:
        target, name = context.named(command)
        expected = _expected(context, command)
        what = subject or "text"
        context.draft.step(
            "assert", f"{what} of {name}", target=target, subject=subject, op=_op(op), expected=expected,
            soft=_soft(command),
        )  # fmt: skip

    return read


def _expected(context: Context, command: Command) -> str:
    """What a field's text should be may be a secret; what a page says is none."""
    if command.command.endswith("Value") and command.value and secret_name(command.target):
        return context.draft.secret(command.value, secret_name(command.target) or "secret")
    return context.text(command.value).strip()


def _op(op: str) -> str | None:
    return None if op == "equals" else op


def _title(context: Context, command: Command) -> None:
    expected = context.text(command.target)
    context.draft.step("assert", "Title of the page", subject="title", expected=expected, soft=_soft(command))


def _variable(context: Context, command: Command) -> None:
    """Selenium compares texts; `3` is the number 3 too."""
    name = context.name_of(command.target)
    value: JsonValue = f"${{{{ str({name}) }}}}"
    expected = context.text(command.value)
    context.draft.step("assert", f"Value of {name}", value=value, expected=expected, soft=_soft(command))


def _dialog_text(context: Context, command: Command) -> None:
    expected = context.text(command.target)
    context.draft.step("assert", "Text of the dialog", subject="dialog", expected=expected, soft=_soft(command))


def _soft(command: Command) -> bool | None:
    return True if command.command.startswith("verify") else None


def _wait(state: str) -> Reader:
    def read(context: Context, command: Command) -> None:
        target, name = context.named(command)
        seconds = milliseconds(command.value) / 1_000 if command.value.strip() else None
        context.draft.step("wait_for", f"Wait until {name} is {state}", target=target, state=state, timeout_s=seconds)

    return read


def _wait_for_text(context: Context, command: Command) -> None:
    target, name = context.named(command)
    expected = context.text(command.value).strip()
    context.draft.step("assert", f"Wait for the text of {name}", target=target, expected=expected)


def _store(context: Context, command: Command) -> None:
    """A constant; one that is a secret becomes the job's to give."""
    hint = secret_name(command.value)
    if hint and command.target and "${" not in command.target:
        expression = context.draft.secret(command.target, command.value)
        context.names[command.value] = expression.strip("${} ")
        return
    _set(context, command.value, context.text(command.target))


def _set(context: Context, variable: str, value: JsonValue) -> None:
    name = context.saved(variable)
    context.draft.step("set", f"Set {name}", save_as=name, value=value)


def _store_json(context: Context, command: Command) -> None:
    _set(context, command.value, json_or_text(command.target))


def _store_text(context: Context, command: Command) -> None:
    target, name = context.named(command)
    context.draft.step("extract", f"Read {name}", save_as=context.saved(command.value), target=target)


def _store_value(context: Context, command: Command) -> None:
    target, name = context.named(command)
    saved = context.saved(command.value)
    context.draft.step("extract", f"Read {name}", save_as=saved, target=target, kind="attribute", attribute="value")


def _store_attribute(context: Context, command: Command) -> None:
    locator, _, attribute = command.target.rpartition("@")
    others = tuple(each.rpartition("@")[0] for each in command.others if "@" in each)
    target = context.element(locator.rstrip("/"), others)
    saved = context.saved(command.value)
    context.draft.step(
        "extract", f"Read {attribute}", save_as=saved, target=target, kind="attribute", attribute=attribute
    )


def _store_count(context: Context, command: Command) -> None:
    target = context.target(command)
    if isinstance(target, dict):
        target.pop("nth", None)
    context.draft.step("count", f"Count {command.target}", save_as=context.saved(command.value), target=target)


def _store_title(context: Context, command: Command) -> None:
    """The title stands in the target's place in some versions: the variable is what is there."""
    saved = context.saved(command.value or command.target)
    context.draft.step("tab", "Read the title", save_as=saved, op="list")
    current: JsonValue = f"${{{{ first({saved}).title }}}}"
    if len(context.windows.names) > 1:
        raise NotCarriedOverError("with several windows open, a robot does not know which title is meant.")
    context.draft.step("set", "Keep the title", save_as=saved, value=current)


def _script(context: Context, command: Command) -> None:
    if not command.value.strip():
        raise NotCarriedOverError("robots do not run a recording's JavaScript.")
    expression = expression_of(returned(command.target), context.name_of)
    _set(context, command.value, value_of(expression))


def _checks() -> dict[str, Reader]:
    found: dict[str, Reader] = {"assert": _variable, "verify": _variable}
    for start in ("assert", "verify"):
        found |= {f"{start}{end}": _state(op) for end, op in _STATES.items()}
        found |= {f"{start}{end}": _value(subject, op) for end, (subject, op) in _VALUES.items()}
        found |= {f"{start}{end}": _dialog_text for end in _DIALOGS}
        found |= {f"{start}Title": _title}
    return found


CHECKS: Mapping[str, Reader] = {
    **_checks(),
    **{word: _wait(state) for word, state in _WAITS.items()},
    "waitForText": _wait_for_text,
    "store": _store,
    "storeJson": _store_json,
    "storeText": _store_text,
    "storeValue": _store_value,
    "storeAttribute": _store_attribute,
    "storeElementCount": _store_count,
    "storeXpathCount": _store_count,
    "storeTitle": _store_title,
    "executeScript": _script,
}
