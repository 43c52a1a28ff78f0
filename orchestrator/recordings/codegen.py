"""Python that `playwright codegen` wrote: read as a syntax tree, statement by statement, and never executed."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.contract.api.recordings import RecordingKind
from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.codegen_actions import ON_LOCATORS, act, act_on_page, set_viewport, use_tool
from orchestrator.recordings.codegen_entry import Function, entry_of
from orchestrator.recordings.codegen_expect import expectation
from orchestrator.recordings.codegen_locators import located
from orchestrator.recordings.codegen_things import (
    Arguments,
    Awaited,
    LocatorThing,
    NamedText,
    PageThing,
    PageTool,
    Part,
    Thing,
    Unknown,
)
from orchestrator.recordings.codegen_values import Values, dotted
from orchestrator.recordings.draft import Draft
from orchestrator.recordings.recording import (
    Choice,
    ImportedRecording,
    NotCarriedOverError,
    Position,
    RecordingError,
)
from orchestrator.recordings.windows import Windows

FIRST_PAGE = "page"
_STARTERS = frozenset({"sync_playwright", "async_playwright"})
_SLEEPS = frozenset({"time.sleep", "asyncio.sleep"})
_EVENTS = frozenset({"popup", "download", "navigation"})


def from_codegen(text: str, *, source: str, choice: Choice) -> ImportedRecording:
    """The workflow of a script; RecordingError when it is no Python or a test must be chosen."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) else ""
        raise RecordingError(f"{source} is no Python that can be read{line}.") from None
    entry = entry_of(module, source=source, choice=choice)
    draft = Draft()
    reader = _Script(draft=draft, module=module, windows=Windows(draft, FIRST_PAGE), values=Values(draft))
    reader.constants(module)
    if not isinstance(entry, ast.Module):
        reader.fixtures()
        reader.parameters(entry)
    reader.body(entry.body)
    own = entry.name if not isinstance(entry, ast.Module) and entry.name.startswith("test") else source
    return draft.finished(RecordingKind.PLAYWRIGHT, name=choice.name or own, source=source)


@dataclass(slots=True, kw_only=True)
class _Script:
    """Goes through the statements in their order."""

    draft: Draft
    module: ast.Module
    windows: Windows
    values: Values
    waiting: Awaited | None = None
    """What the next click leads to."""
    has_page: bool = False
    place: str = ""

    def constants(self, module: ast.Module) -> None:
        """Texts that the file gives a name, and the defaults of its functions' world."""
        for node in module.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
                self._constant(node)

    def fixtures(self) -> None:
        """Codegen writes a context's options into a fixture."""
        for node in self.module.body:
            if isinstance(node, ast.FunctionDef) and node.name == "browser_context_args":
                self._at(node, node.name)
                given = next((each.value for each in ast.walk(node) if isinstance(each, ast.Return)), None)
                self._context_options(given if isinstance(given, ast.Dict) else None)

    def parameters(self, function: Function) -> None:
        """What pytest or the caller hands in."""
        self.place = f"{function.name}()"
        for each in function.args.args:
            if each.arg == "page":
                self.values.names["page"], self.has_page = PageThing(window=FIRST_PAGE), True
            elif each.arg in {"playwright", "p", "browser", "context"}:
                self.values.names[each.arg] = Part(each.arg) if each.arg in {"browser", "context"} else Part.PLAYWRIGHT

    def body(self, statements: Sequence[ast.stmt]) -> None:
        """Every statement; what cannot be carried over is named."""
        for node in statements:
            self._at(node)
            try:
                self._statement(node)
            except NotCarriedOverError as error:
                self.draft.gap(ast.unparse(node), error.why)

    def _at(self, node: ast.stmt, place: str | None = None) -> None:
        self.draft.position = Position(place=self.place if place is None else f"{place}()", line=node.lineno)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Expr(value=value):
                self._expression(value)
            case ast.Assign() | ast.AnnAssign():
                self._assignment(node)
            case ast.With() | ast.AsyncWith():
                self._with(node)
            case ast.Assert():
                raise NotCarriedOverError("an assertion of Python is not read; `expect(...)` is.")
            case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.FunctionDef() | ast.AsyncFunctionDef():
                return
            case ast.ClassDef() | ast.Return(value=None):
                return
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                self.body(node.body)
            case ast.Try(finalbody=[*_], body=body, handlers=[]):
                self.body([*body, *node.finalbody])
            case _:
                raise NotCarriedOverError(f"`{type(node).__name__.lower()}` decides only when the script runs.")

    def _expression(self, node: ast.expr) -> None:
        value = node.value if isinstance(node, ast.Await) else node
        if isinstance(value, ast.Constant):
            return
        if not isinstance(value, ast.Call):
            raise NotCarriedOverError("it is no call.")
        if dotted(value.func) in _SLEEPS:
            self.draft.step("wait", "Wait", seconds=self.values.arguments(value).number("secs", 0))
            return
        self._call(value)

    def _call(self, node: ast.Call) -> Thing:
        if not isinstance(node.func, ast.Attribute):
            return self._function(node)
        owner_node, method = node.func.value, node.func.attr
        if isinstance(owner_node, ast.Call) and dotted(owner_node.func) == "expect" and owner_node.args:
            return self._expect(owner_node, method, node)
        if dotted(node.func) == "asyncio.run":
            return None
        match owner := self.values.of(owner_node):
            case LocatorThing():
                self._enter(owner.page)
                arguments = self.values.arguments(node)
                waiting, self.waiting = self.waiting, None
                act(self.draft, owner, method, arguments, waiting)
                self._opened(waiting)
                self._name_rest(arguments, node)
            case PageThing():
                self._page_call(owner, method, node)
            case PageTool():
                self._enter(owner.page)
                use_tool(self.draft, owner, method, self.values.arguments(node))
            case Part():
                return self._part_call(owner, method, node)
            case Unknown(said=said):
                raise NotCarriedOverError(f"what `{said}` is, is known only when the script runs.")
            case _:
                raise NotCarriedOverError(f"`{method}` has no counterpart.")
        return None

    def _function(self, node: ast.Call) -> Thing:
        """A call of the script's own function at the end, `run(playwright)`, is how it starts."""
        name = dotted(node.func)
        known = {each.name for each in self.module.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
        if name == "print":
            raise NotCarriedOverError("robots do not print; use a step `log`.")
        if name in known:
            raise NotCarriedOverError(f"`{name}` is a function of the script; import it by its name.")
        raise NotCarriedOverError(f"`{name or ast.unparse(node.func)}` is nothing that a robot knows.")

    def _expect(self, subject: ast.Call, method: str, node: ast.Call) -> Thing:
        found = self.values.of(subject.args[0])
        if isinstance(found, PageThing | LocatorThing):
            self._enter(found if isinstance(found, PageThing) else found.page)
        arguments = self.values.arguments(node)
        expectation(self.draft, found, method, arguments)
        self._name_rest(arguments, node)
        return None

    def _page_call(self, page: PageThing, method: str, node: ast.Call) -> None:
        match method:
            case "once" | "on":
                self._listen(node)
                return
            case "close":
                self.windows.close(page.window)
                return
            case "pause":
                raise NotCarriedOverError(
                    "robots do not stop in the middle; a step `human.approve` waits for a person."
                )
        self._enter(page)
        arguments = self.values.arguments(node)
        if method in ON_LOCATORS - {"screenshot"} and arguments.positional:
            # The older way, `page.click("#send")`.
            self._by_selector(page, method, arguments)
            return
        if self.waiting is not None and method != "goto":
            raise NotCarriedOverError(f"only a click is waited for what it leads to ({self.waiting.event}).")
        self.waiting = None
        act_on_page(self.draft, page, method, arguments)
        self._name_rest(arguments, node)

    def _by_selector(self, page: PageThing, method: str, arguments: Arguments) -> None:
        selector = arguments.positional.pop(0)
        found = located(page, "locator", Arguments(positional=[selector], named={}))
        assert isinstance(found, LocatorThing)
        waiting, self.waiting = self.waiting, None
        act(self.draft, found, method, arguments, waiting)
        self._opened(waiting)

    def _listen(self, node: ast.Call) -> None:
        """`page.once("dialog", lambda dialog: dialog.accept("text"))`."""
        event = self.values.of(node.args[0]) if node.args else None
        answer = node.args[1].body if len(node.args) > 1 and isinstance(node.args[1], ast.Lambda) else None
        method = answer.func.attr if isinstance(answer, ast.Call) and isinstance(answer.func, ast.Attribute) else ""
        if event != "dialog" or method not in {"accept", "dismiss"}:
            raise NotCarriedOverError("only the answers to dialogs are read.")
        assert isinstance(answer, ast.Call)
        text = self.values.of(answer.args[0]) if answer.args else None
        name = f"{method.capitalize()} the next dialog"
        self.draft.step("dialog", name, policy=method, text=text if isinstance(text, str) else None)

    def _part_call(self, part: Part, method: str, node: ast.Call) -> Thing:
        match part, method:
            case Part.BROWSER_TYPE, ("launch" | "connect" | "connect_over_cdp"):
                return Part.BROWSER
            case Part.BROWSER, "new_context":
                self._context_options(node)
                return Part.CONTEXT
            case ((Part.CONTEXT | Part.BROWSER), "new_page"):
                return PageThing(window=FIRST_PAGE)
            case ((Part.CONTEXT | Part.BROWSER | Part.PLAYWRIGHT), ("close" | "stop")):
                return None
            case Part.TRACING, _:
                self.draft.gap(ast.unparse(node), "robots keep traces by their own rules.", stands_in=False)
                return None
            case _:
                raise NotCarriedOverError(f"`{method}` of the {part.value} has no counterpart.")

    def _context_options(self, given: ast.Call | ast.Dict | None) -> None:
        for name, node in _options(given):
            value = self.values.of(node)
            if name == "viewport" and isinstance(value, dict):
                set_viewport(self.draft, value)
            elif name != "no_viewport":
                self.draft.gap(f"new_context({name}=...)", _WHY_NOT.get(name, _NO_OPTION), stands_in=False)

    def _assignment(self, node: ast.Assign | ast.AnnAssign) -> None:
        value = node.value
        if value is None or self._constant(node):
            return
        names = node.targets if isinstance(node, ast.Assign) else [node.target]
        target = names[0]
        if len(names) != 1 or not isinstance(target, ast.Name):
            raise NotCarriedOverError("several names at once are not read.")
        call = value.value if isinstance(value, ast.Await) else value
        found = self.values.of(call)
        if isinstance(found, Unknown) and isinstance(call, ast.Call):
            found = self._made(call, target.id)
        elif isinstance(found, Unknown) and isinstance(call, ast.Attribute) and call.attr == "value":
            found = None  # a download's handle: the click has saved the file
        self.values.names[target.id] = found

    def _made(self, call: ast.Call, name: str) -> Thing:
        """What `name = something.method(...)` gives, where it does more than locate."""
        if isinstance(call.func, ast.Attribute):
            owner = self.values.of(call.func.value)
            if isinstance(owner, Part) and call.func.attr == "new_page":
                return self._new_page(name)
            if isinstance(owner, LocatorThing) and call.func.attr in _READINGS:
                return self._reading(owner, call.func.attr, name)
            if dotted(call.func.value) in _STARTERS or (
                isinstance(call.func.value, ast.Call) and dotted(call.func.value.func) in _STARTERS
            ):
                return Part.PLAYWRIGHT
        return self._call(call)

    def _new_page(self, name: str) -> PageThing:
        if not self.has_page:
            self.windows.rename(FIRST_PAGE, name)
            self.has_page = True
        else:
            self.windows.open_new(name)
            self.windows.current = name
        return PageThing(window=name)

    def _reading(self, owner: LocatorThing, method: str, name: str) -> Thing:
        self._enter(owner.page)
        action, parameters = _READINGS[method]
        variable = self.draft.variable(name, description="Set by the recording.")
        self.draft.step(action, f"Read {name}", save_as=variable, target=owner.target, **parameters)
        return f"${{{{ {variable} }}}}"

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            call = item.context_expr
            name = item.optional_vars.id if isinstance(item.optional_vars, ast.Name) else ""
            if not isinstance(call, ast.Call):
                raise NotCarriedOverError("what it opens is known only when the script runs.")
            if dotted(call.func) in _STARTERS:
                self.values.names[name] = Part.PLAYWRIGHT
            elif isinstance(call.func, ast.Attribute) and call.func.attr.startswith("expect_"):
                self.waiting = self._expected_event(call, name)
            else:
                self.values.names[name] = self._made(call, name)
        self.body([each for each in node.body if not self._starts_entry(each)])
        self.waiting = None

    def _starts_entry(self, node: ast.stmt) -> bool:
        """`run(playwright)` at the end of a script: the function is what was read."""
        value = node.value if isinstance(node, ast.Expr) else None
        call = value.value if isinstance(value, ast.Await) else value
        known = {each.name for each in self.module.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
        return isinstance(call, ast.Call) and dotted(call.func) in known and not call.keywords and len(call.args) == 1

    def _expected_event(self, call: ast.Call, name: str) -> Awaited:
        assert isinstance(call.func, ast.Attribute)
        event = call.func.attr.removeprefix("expect_")
        if event == "event" and call.args:
            event = str(self.values.of(call.args[0]))
        event = "popup" if event == "page" else event
        if event not in _EVENTS:
            raise NotCarriedOverError(f"waiting for `{event}` has no counterpart.")
        awaited = Awaited(event=event, window=name.removesuffix("_info") or "popup" if event == "popup" else None)
        self.values.names[name] = awaited
        return awaited

    def _opened(self, waiting: Awaited | None) -> None:
        if waiting is not None and waiting.window is not None:
            self.windows.opened(waiting.window)

    def _enter(self, page: PageThing) -> None:
        if not self.windows.knows(page.window):
            raise NotCarriedOverError(f"the page `{page.window}` is closed or was never opened.")
        self.windows.current = page.window
        self.windows.enter()

    def _constant(self, node: ast.Assign | ast.AnnAssign) -> bool:
        """Remember a text that has a name."""
        names = node.targets if isinstance(node, ast.Assign) else [node.target]
        value = node.value
        if not isinstance(value, ast.Constant) or len(names) != 1 or not isinstance(names[0], ast.Name):
            return False
        text = value.value
        name = names[0].id
        self.values.names[name] = NamedText(text, name) if isinstance(text, str) else self.values.of(value)
        return True

    def _name_rest(self, arguments: Arguments, node: ast.Call) -> None:
        if arguments.left:
            why = f"{', '.join(arguments.left)} has no counterpart and is left out."
            self.draft.gap(ast.unparse(node), why, stands_in=False)


_READINGS: dict[str, tuple[str, dict[str, JsonValue]]] = {
    "inner_text": ("extract", {}),
    "text_content": ("extract", {}),
    "input_value": ("extract", {"kind": "attribute", "attribute": "value"}),
    "inner_html": ("extract", {"kind": "html"}),
    "count": ("count", {}),
    "all_inner_texts": ("extract", {"kind": "list"}),
    "all_text_contents": ("extract", {"kind": "list"}),
}
_NO_OPTION = "this option of the browser's context is not imitated."
_WHY_NOT = {
    "storage_state": "a saved login stays with the one who recorded; log in with steps, or use a session's own state.",
    "http_credentials": "credentials are not carried over; log in with steps.",
}


def _options(given: ast.Call | ast.Dict | None) -> list[tuple[str, ast.expr]]:
    if isinstance(given, ast.Call):
        return [(each.arg or ast.unparse(each.value), each.value) for each in given.keywords]
    if isinstance(given, ast.Dict):
        pairs = zip(given.keys, given.values, strict=True)
        return [
            (str(key.value) if isinstance(key, ast.Constant) else ast.unparse(value), value) for key, value in pairs
        ]
    return []
