"""What a Playwright script does with locators and pages, as steps."""

from collections.abc import Callable, Mapping

from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.codegen_things import (
    Arguments,
    Awaited,
    LocatorThing,
    NamedText,
    PageThing,
    PageTool,
    Pattern,
)
from orchestrator.recordings.draft import Draft
from orchestrator.recordings.recording import NotCarriedOverError
from orchestrator.recordings.targets import spoken
from orchestrator.recordings.typed_secrets import secret_name, words_of

ByLocator = Callable[[Draft, JsonValue, Arguments, Awaited | None], None]
ByPage = Callable[[Draft, PageThing, Arguments], None]
_EXPECTED = {"popup": "popup", "download": "download", "navigation": "navigation"}


def act(draft: Draft, found: LocatorThing, method: str, arguments: Arguments, waiting: Awaited | None) -> None:
    """The step for `locator.method(...)`; NotCarriedOverError when there is none."""
    read = _BY_LOCATOR.get(method)
    if read is None:
        raise NotCarriedOverError(f"`{method}` of a locator has no counterpart.")
    if waiting is not None and method not in {"click", "dblclick"}:
        raise NotCarriedOverError(f"only a click is waited for what it leads to ({waiting.event}).")
    read(draft, found.target, arguments, waiting)


def act_on_page(draft: Draft, page: PageThing, method: str, arguments: Arguments) -> None:
    """The step for `page.method(...)`."""
    read = _BY_PAGE.get(method)
    if read is None:
        raise NotCarriedOverError(f"`{method}` of a page has no counterpart.")
    read(draft, page, arguments)


def text_of(draft: Draft, value: str) -> str:
    """A text as a step says it: a named constant is a variable with a default."""
    if isinstance(value, NamedText):
        name = draft.variable(value.name.lower(), type="string", default=str(value))
        return f"${{{{ {name} }}}}"
    return value


def _click(draft: Draft, target: JsonValue, arguments: Arguments, waiting: Awaited | None) -> None:
    _clicked(draft, target, arguments, waiting, None)


def _double_click(draft: Draft, target: JsonValue, arguments: Arguments, waiting: Awaited | None) -> None:
    _clicked(draft, target, arguments, waiting, 2)


def _clicked(draft: Draft, target: JsonValue, arguments: Arguments, waiting: Awaited | None, count: JsonValue) -> None:
    count = arguments.json("click_count") or count
    draft.step(
        "click",
        f"{'Double-click' if count == 2 else 'Click'} {spoken(target)}",
        target=target,
        button=arguments.json("button"),
        count=count,
        modifiers=arguments.json("modifiers"),
        position=arguments.json("position"),
        expect=_EXPECTED[waiting.event] if waiting is not None else None,
        timeout_s=arguments.seconds(),
    )


def _fill(draft: Draft, target: JsonValue, arguments: Arguments, _: Awaited | None) -> None:
    _typed(draft, target, arguments.needed("value", 0), "fill")
    arguments.seconds()


def _type(draft: Draft, target: JsonValue, arguments: Arguments, _: Awaited | None) -> None:
    _typed(draft, target, arguments.needed("text", 0), "type")
    arguments.take("delay")


def _typed(draft: Draft, target: JsonValue, text: str, action: str) -> None:
    is_secret = secret_name(words_of(target)) or (isinstance(text, NamedText) and secret_name(text.name))
    said = draft.secret(text, str(is_secret)) if is_secret and text and "${{" not in text else text_of(draft, text)
    verb = "Fill in" if action == "fill" else "Type into"
    word = "value" if action == "fill" else "text"
    draft.step(action, f"{verb} {spoken(target)}", target=target, **{word: said})


def _clear(draft: Draft, target: JsonValue, _: Arguments, __: Awaited | None) -> None:
    draft.step("fill", f"Empty {spoken(target)}", target=target, value="")


def _press(draft: Draft, target: JsonValue, arguments: Arguments, _: Awaited | None) -> None:
    keys = arguments.needed("key", 0)
    draft.step("press", f"Press {keys} in {spoken(target)}", target=target, keys=keys)


def _check(draft: Draft, target: JsonValue, arguments: Arguments, _: Awaited | None) -> None:
    draft.step("check", f"Tick {spoken(target)}", target=target, state=arguments.take("checked", 0) is not False)


def _uncheck(draft: Draft, target: JsonValue, _: Arguments, __: Awaited | None) -> None:
    draft.step("check", f"Untick {spoken(target)}", target=target, state=False)


def _select(draft: Draft, target: JsonValue, arguments: Arguments, _: Awaited | None) -> None:
    choice = {word: arguments.json(word, 0 if word == "value" else None) for word in ("value", "label", "index")}
    draft.step("select", f"Choose in {spoken(target)}", target=target, **choice)


def _hover(draft: Draft, target: JsonValue, arguments: Arguments, _: Awaited | None) -> None:
    draft.step("hover", f"Point at {spoken(target)}", target=target, position=arguments.json("position"))


def _drag(draft: Draft, target: JsonValue, arguments: Arguments, _: Awaited | None) -> None:
    goal = arguments.take("target", 0)
    if not isinstance(goal, LocatorThing):
        raise NotCarriedOverError("where it is dragged to is no locator.")
    draft.step(
        "drag",
        f"Drag {spoken(target)}",
        target=target,
        to=goal.target,
        source_position=arguments.json("source_position"),
        target_position=arguments.json("target_position"),
    )


def _upload(draft: Draft, target: JsonValue, arguments: Arguments, _: Awaited | None) -> None:
    """The recorded file lies on another machine: its content is the job's to give."""
    said = arguments.json("files", 0)
    names = [said] if isinstance(said, str) else said
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise NotCarriedOverError("the files are no plain names.")
    files: list[JsonValue] = []
    for path in map(str, names):
        name = path.replace("\\", "/").rpartition("/")[2] or "file"
        about = f"The text of the file {name} that is uploaded."
        variable = draft.variable(f"content_of_{name}", type="string", required=True, description=about)
        files.append({"name": name, "content": f"${{{{ {variable} }}}}"})
        draft.remark(f"The file {name} is not in the recording: give its text as the variable {variable!r}.")
    draft.step("upload", f"Upload into {spoken(target)}", target=target, files=files)


def _scroll(draft: Draft, target: JsonValue, _: Arguments, __: Awaited | None) -> None:
    draft.step("scroll", f"Scroll to {spoken(target)}", target=target)


def _wait_for(draft: Draft, target: JsonValue, arguments: Arguments, _: Awaited | None) -> None:
    state = arguments.text("state")
    draft.step("wait_for", f"Wait for {spoken(target)}", target=target, state=state, timeout_s=arguments.seconds())


def _screenshot(draft: Draft, target: JsonValue, arguments: Arguments, _: Awaited | None) -> None:
    _picture(draft, arguments, target=target)


def _picture(draft: Draft, arguments: Arguments, **parameters: JsonValue) -> None:
    path = arguments.text("path") or ""
    name = path.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    full_page = arguments.take("full_page") is True or None
    draft.step("screenshot", "Take a picture", full_page=full_page, **({"name": name} if name else {}), **parameters)


_BY_LOCATOR: Mapping[str, ByLocator] = {
    "click": _click,
    "tap": _click,
    "dblclick": _double_click,
    "fill": _fill,
    "type": _type,
    "press_sequentially": _type,
    "clear": _clear,
    "press": _press,
    "check": _check,
    "set_checked": _check,
    "uncheck": _uncheck,
    "select_option": _select,
    "hover": _hover,
    "drag_to": _drag,
    "set_input_files": _upload,
    "scroll_into_view_if_needed": _scroll,
    "wait_for": _wait_for,
    "screenshot": _screenshot,
}
ON_LOCATORS = frozenset(_BY_LOCATOR)


def _goto(draft: Draft, _: PageThing, arguments: Arguments) -> None:
    url = draft.address(arguments.needed("url", 0))
    draft.step("goto", f"Open {url}", url=url, wait_until=arguments.json("wait_until"), timeout_s=arguments.seconds())


def _history(action: str, name: str) -> ByPage:
    def read(draft: Draft, _: PageThing, arguments: Arguments) -> None:
        draft.step(action, name, wait_until=arguments.json("wait_until"), timeout_s=arguments.seconds())

    return read


def _pause(draft: Draft, _: PageThing, arguments: Arguments) -> None:
    draft.step("wait", "Wait", seconds=(arguments.number("timeout", 0) or 0) / 1_000)


def _load_state(draft: Draft, _: PageThing, arguments: Arguments) -> None:
    state = arguments.text("state", 0) or "load"
    draft.step("wait_for", f"Wait for {state}", load=state, timeout_s=arguments.seconds())


def _wait_for_url(draft: Draft, _: PageThing, arguments: Arguments) -> None:
    url = arguments.take("url", 0)
    timeout_s = arguments.seconds()
    if isinstance(url, Pattern):
        draft.step("assert", "Address of the page", subject="url", op="matches", expected=url.text, timeout_s=timeout_s)
    elif isinstance(url, str):
        said = draft.address(url) if "://" in url and "*" not in url.partition("://")[0] else url
        draft.step("wait_for", f"Wait for {said}", url=said, timeout_s=timeout_s)
    else:
        raise NotCarriedOverError("the address is no plain text.")


def _viewport(draft: Draft, _: PageThing, arguments: Arguments) -> None:
    set_viewport(draft, arguments.json("viewport_size", 0))


def set_viewport(draft: Draft, size: JsonValue) -> None:
    """A step that gives the window its size."""
    if not isinstance(size, dict):
        raise NotCarriedOverError("the size of the window is not known.")
    draft.step("viewport", "Size of the window", width=size.get("width"), height=size.get("height"))


def _page_picture(draft: Draft, _: PageThing, arguments: Arguments) -> None:
    _picture(draft, arguments)


def _to_front(_: Draft, __: PageThing, ___: Arguments) -> None:
    """The robot goes to the page by itself before its next step there."""


_BY_PAGE: Mapping[str, ByPage] = {
    "goto": _goto,
    "go_back": _history("back", "Go back"),
    "go_forward": _history("forward", "Go forward"),
    "reload": _history("reload", "Load the page again"),
    "wait_for_timeout": _pause,
    "wait_for_load_state": _load_state,
    "wait_for_url": _wait_for_url,
    "set_viewport_size": _viewport,
    "screenshot": _page_picture,
    "bring_to_front": _to_front,
}


def use_tool(draft: Draft, tool: PageTool, method: str, arguments: Arguments) -> None:
    """`page.keyboard.press(...)`, `page.mouse.move(...)`."""
    match tool.tool, method:
        case "keyboard", "press":
            keys = arguments.needed("key", 0)
            draft.step("press", f"Press {keys}", keys=keys)
        case "mouse", "move":
            position: JsonValue = {"x": arguments.number("x", 0), "y": arguments.number("y", 1)}
            draft.step("mouse", "Move the mouse", op="move", position=position)
        case "mouse", ("down" | "up") as op:
            draft.step("mouse", f"Mouse button {op}", op=op, button=arguments.json("button"))
        case "mouse", "click":
            point: JsonValue = {"x": arguments.number("x", 0), "y": arguments.number("y", 1)}
            draft.step("mouse", "Move the mouse", op="move", position=point)
            draft.step("mouse", "Mouse button down", op="down")
            draft.step("mouse", "Mouse button up", op="up")
        case "mouse", "wheel":
            arguments.take("delta_x", 0)
            draft.step("scroll", "Scroll", by=round(arguments.number("delta_y", 1) or 0))
        case _:
            raise NotCarriedOverError(f"`{tool.tool}.{method}` has no counterpart.")
