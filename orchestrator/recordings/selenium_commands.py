"""Commands of Selenium IDE that do something on a page: open, click, type, select, move the mouse, answer dialogs."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.recording import NotCarriedOverError
from orchestrator.recordings.selenium_context import Context
from orchestrator.recordings.selenium_text import keys_and_texts
from orchestrator.recordings.selenium_tree import Command

Reader = Callable[[Context, Command], None]

ACTING = frozenset({"click", "press", "check", "select", "goto", "fill", "type", "hover", "drag", "mouse"})
"""Actions that may bring up a dialog."""
_POINT = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*")
_SUBMITS = "[type=submit], button:not([type]), [type=image]"


def _open(context: Context, command: Command) -> None:
    given = context.text(command.target)
    if urlsplit(command.target).scheme:
        url = context.draft.address(given)
    else:
        url = context.draft.address(f"{context.base}/")[:-1] + (given if given.startswith("/") else f"/{given}")
    context.frames.clear()
    context.draft.step("goto", f"Open {url}", url=url)


def _click(context: Context, command: Command, count: int | None = None, position: JsonValue = None) -> None:
    target, name = context.named(command)
    opens = command.opens_window
    context.draft.step(
        "click",
        f"{'Double-click' if count == 2 else 'Click'} {name}",
        target=target,
        count=count,
        position=position,
        expect="popup" if opens is not None else None,
        timeout_s=command.window_timeout_s if opens is not None else None,
    )
    if opens is not None:
        context.windows.opened(opens)
        context.handles[opens] = opens


def _click_at(context: Context, command: Command) -> None:
    _click(context, command, position=point_of(command.value))


def _double_click(context: Context, command: Command) -> None:
    _click(context, command, 2)


def _double_click_at(context: Context, command: Command) -> None:
    _click(context, command, 2, point_of(command.value))


def point_of(value: str) -> JsonValue:
    """`10,20` as a place in an element; None for nothing."""
    if not value.strip():
        return None
    match = _POINT.fullmatch(value)
    if match is None:
        raise NotCarriedOverError(f"{value!r} is no place such as 10,20.")
    return {"x": float(match[1]), "y": float(match[2])}


def _type(context: Context, command: Command) -> None:
    target, name = context.named(command)
    if re.search(r"\bfile\b|upload", command.target, re.IGNORECASE) and re.search(r"[\\/]", command.value):
        raise NotCarriedOverError("the recording has the path of a file on another machine; add a step `upload`.")
    context.draft.type_text(target, context.text(command.value), f"Fill in {name}")


def _edit_content(context: Context, command: Command) -> None:
    if "<" in command.value:
        raise NotCarriedOverError("it writes HTML into the page; robots type text only.")
    _type(context, command)


def _send_keys(context: Context, command: Command) -> None:
    target, name = context.named(command)
    for kind, text in keys_and_texts(command.value):
        if kind == "keys":
            context.draft.step("press", f"Press {text} in {name}", target=target, keys=text)
        else:
            context.draft.type_text(target, context.text(text), f"Type into {name}", action="type")


def _check(context: Context, command: Command, *, state: bool = True) -> None:
    target, name = context.named(command)
    context.draft.step("check", f"{'Tick' if state else 'Untick'} {name}", target=target, state=state)


def _uncheck(context: Context, command: Command) -> None:
    _check(context, command, state=False)


def _select(context: Context, command: Command) -> None:
    target, name = context.named(command)
    strategy, chosen = _option(context, command)
    context.draft.step("select", f"Choose {_words(command)} in {name}", target=target, **{strategy: chosen})


def _add_selection(context: Context, command: Command) -> None:
    """One option more of a list that takes several: those that are added one after the other are one choice."""
    target, name = context.named(command)
    strategy, chosen = _option(context, command)
    before = context.draft.last_step("select")
    if before is not None and before.get("target") == target and isinstance(known := before.get(strategy), list):
        known.append(chosen)
        return
    context.draft.step("select", f"Choose {_words(command)} in {name}", target=target, **{strategy: [chosen]})
    context.draft.remark(f"{name}: what was chosen there before is chosen no longer; a `select` says all options.")


def _words(command: Command) -> str:
    """The option, as a person calls it."""
    strategy, said, value = command.value.partition("=")
    return value if said and strategy in {"label", "value", "index", "id"} else command.value


def _option(context: Context, command: Command) -> tuple[str, JsonValue]:
    """By what an option is chosen, and which one."""
    strategy, said, value = command.value.partition("=")
    if not said or strategy not in {"label", "value", "index", "id"}:
        strategy, value = "label", command.value
    if strategy == "id":
        raise NotCarriedOverError("an option is chosen by its label, value or index, not by its id.")
    if strategy == "index" and not value.isdecimal():
        raise NotCarriedOverError(f"{value!r} is no index.")
    return strategy, int(value) if strategy == "index" else context.text(value)


def _hover(context: Context, command: Command) -> None:
    target, name = context.named(command)
    context.draft.step("hover", f"Point at {name}", target=target)


def _move_away(context: Context, command: Command) -> None:
    """The mouse leaves the element for the corner of the page."""
    corner: JsonValue = {"x": 0, "y": 0}
    context.draft.step("mouse", f"Point away from {command.target}", op="move", position=corner)


def _mouse(op: str) -> Reader:
    def read(context: Context, command: Command) -> None:
        target, name = context.named(command)
        position = point_of(command.value) if command.command.endswith("At") else None
        words = {"down": "Press the mouse on", "up": "Release the mouse on", "move": "Move the mouse to"}
        context.draft.step("mouse", f"{words[op]} {name}", op=op, target=target, position=position)

    return read


def _drag(context: Context, command: Command) -> None:
    target, name = context.named(command)
    context.draft.step("drag", f"Drag {name}", target=target, to=context.element(command.value))


def _submit(context: Context, command: Command) -> None:
    """Sends a form by its own button, as a person would."""
    form = context.target(command)
    first = form[0] if isinstance(form, list) else form
    inside: JsonValue = {"css": first} if isinstance(first, str) else first
    if not isinstance(inside, dict):
        raise NotCarriedOverError("its form is not known.")
    button: JsonValue = {"css": _SUBMITS, "inside": inside, "nth": 0}
    context.draft.step("click", f"Send the form {command.target}", target=button)


def _pause(context: Context, command: Command) -> None:
    """The time stands in the target, in older projects in the value."""
    context.draft.step("wait", "Wait", seconds=milliseconds(command.target or command.value) / 1_000)


def milliseconds(text: str) -> float:
    """A time of a command; NotCarriedOverError when it is none."""
    try:
        return float(text)
    except ValueError:
        raise NotCarriedOverError(f"{text!r} is no time in milliseconds.") from None


def _window_size(context: Context, command: Command) -> None:
    match = re.fullmatch(r"\s*(\d+)\s*[x,]\s*(\d+)\s*", command.target)
    if match is None:
        raise NotCarriedOverError("the size is not of the form 1280x800.")
    context.draft.step("viewport", "Size of the window", width=int(match[1]), height=int(match[2]))


def _select_frame(context: Context, command: Command) -> None:
    context.select_frame(command.target)


def _select_window(context: Context, command: Command) -> None:
    context.select_window(command.target)


def _store_window(context: Context, command: Command) -> None:
    context.handles[command.target] = context.windows.current


def _close(context: Context, _: Command) -> None:
    context.windows.close(context.windows.current)
    context.frames.clear()


def _dialog(policy: str, *, has_text: bool = False, is_late: bool = False) -> Reader:
    """Selenium says it before or after the step that brings the dialog up; a robot must know before."""

    def read(context: Context, command: Command) -> None:
        text = context.text(command.value or command.target) if has_text else None
        name = "Accept the next dialog" if policy == "accept" else "Dismiss the next dialog"
        if is_late:
            context.draft.before_last(ACTING, "dialog", name, policy=policy, text=text)
        else:
            context.draft.step("dialog", name, policy=policy, text=text)

    return read


def _echo(context: Context, command: Command) -> None:
    context.draft.step("log", "Write to the log", message=context.text(command.target))


def _not_at_all(why: str) -> Reader:
    def read(_: Context, __: Command) -> None:
        raise NotCarriedOverError(why)

    return read


ACTIONS: Mapping[str, Reader] = {
    "open": _open,
    "click": _click,
    "clickAt": _click_at,
    "doubleClick": _double_click,
    "doubleClickAt": _double_click_at,
    "type": _type,
    "editContent": _edit_content,
    "sendKeys": _send_keys,
    "check": _check,
    "uncheck": _uncheck,
    "select": _select,
    "mouseOver": _hover,
    "mouseOut": _move_away,
    "mouseDown": _mouse("down"),
    "mouseDownAt": _mouse("down"),
    "mouseUp": _mouse("up"),
    "mouseUpAt": _mouse("up"),
    "mouseMove": _mouse("move"),
    "mouseMoveAt": _mouse("move"),
    "dragAndDropToObject": _drag,
    "submit": _submit,
    "pause": _pause,
    "setWindowSize": _window_size,
    "selectFrame": _select_frame,
    "selectWindow": _select_window,
    "storeWindowHandle": _store_window,
    "close": _close,
    "chooseOkOnNextConfirmation": _dialog("accept"),
    "chooseCancelOnNextConfirmation": _dialog("dismiss"),
    "chooseCancelOnNextPrompt": _dialog("dismiss"),
    "answerOnNextPrompt": _dialog("accept", has_text=True),
    "acceptAlert": _dialog("accept", is_late=True),
    "acceptConfirmation": _dialog("accept", is_late=True),
    "dismissConfirmation": _dialog("dismiss", is_late=True),
    "answerPrompt": _dialog("accept", has_text=True, is_late=True),
    "dismissPrompt": _dialog("dismiss", is_late=True),
    "webdriverChooseOkOnVisibleConfirmation": _dialog("accept", is_late=True),
    "webdriverChooseCancelOnVisibleConfirmation": _dialog("dismiss", is_late=True),
    "webdriverChooseCancelOnVisiblePrompt": _dialog("dismiss", is_late=True),
    "webdriverAnswerOnVisiblePrompt": _dialog("accept", has_text=True, is_late=True),
    "webdriverAcceptAlert": _dialog("accept", is_late=True),
    "webdriverAcceptConfirmation": _dialog("accept", is_late=True),
    "webdriverDismissConfirmation": _dialog("dismiss", is_late=True),
    "webdriverDismissPrompt": _dialog("dismiss", is_late=True),
    "webdriverAnswerPrompt": _dialog("accept", has_text=True, is_late=True),
    "echo": _echo,
    "debugger": _not_at_all("robots do not stop in the middle; use a step `human.approve` where a person must look."),
    "setSpeed": _not_at_all("robots go as fast as the page lets them."),
    "addSelection": _add_selection,
    "removeSelection": _not_at_all("robots choose all options of a list in one step; write them into one `select`."),
    "runScript": _not_at_all("robots do not run a recording's JavaScript."),
    "executeAsyncScript": _not_at_all("robots do not run a recording's JavaScript."),
}
