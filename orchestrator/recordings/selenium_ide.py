"""Projects of Selenium IDE (`.side`): one test, or all tests of a suite, as a workflow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.contract.api.recordings import RecordingKind
from orchestrator.contract.document import Document
from orchestrator.contract.ids import JsonValue
from orchestrator.recordings.draft import Draft, value_of
from orchestrator.recordings.recording import (
    Choice,
    ImportedRecording,
    NotCarriedOverError,
    Position,
    RecordingError,
)
from orchestrator.recordings.selenium_checks import CHECKS
from orchestrator.recordings.selenium_commands import ACTIONS
from orchestrator.recordings.selenium_context import ROOT, Context
from orchestrator.recordings.selenium_text import expression_of
from orchestrator.recordings.selenium_tree import Block, Command, Node, commands_in, tree_of
from orchestrator.recordings.windows import Windows

MAX_REPEATS = 100
MAX_UNROLLED = 1_000
MAX_DEPTH = 20
MAX_ROUNDS = 10_000
USUAL_ROUNDS = 1_000
"""What Selenium IDE allows a loop without a limit of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """A test of a project."""

    id: str
    name: str
    commands: tuple[Command, ...]


def from_selenium_ide(document: Document, *, source: str, choice: Choice) -> ImportedRecording:
    """The workflow of the chosen test or suite; RecordingError when none is chosen and there are several."""
    value = document.value
    if not isinstance(value, dict) or not isinstance(value.get("tests"), list):
        raise RecordingError(f"{source} is no project of Selenium IDE: it has no list `tests`.")
    tests = _tests(document, value)
    suite, chosen = _chosen(tests, _suites(value), choice, source)
    base = str(value.get("url") or "").rstrip("/")
    if not base.startswith(("http://", "https://")):
        raise RecordingError(f"{source}: the project's `url` must be an http or https address; it is {base!r}.")
    draft = Draft(base_url=base)
    for place, test in enumerate(chosen):
        if len(chosen) > 1 and not (suite or {}).get("persistSession"):
            draft.session = f"test_{place + 1}"
        _Player(draft, base, tests).play(test)
    name = choice.name or (choice.suite if choice.suite and not choice.test else chosen[0].name)
    return draft.finished(RecordingKind.SELENIUM_IDE, name=name, source=source)


def _tests(document: Document, project: Mapping[str, JsonValue]) -> list[_Test]:
    found: list[_Test] = []
    listed = project.get("tests")
    for place, test in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(test, dict):
            continue
        name = str(test.get("name") or f"test {place + 1}")
        commands = test.get("commands")
        read = [
            _command(each, Position(place=f"test {name!r}, command {number}", line=document.line(path)))
            for number, each in enumerate(commands if isinstance(commands, list) else (), start=1)
            if isinstance(each, dict)
            for path in (("tests", place, "commands", number - 1),)
        ]
        found.append(_Test(id=str(test.get("id") or name), name=name, commands=tuple(read)))
    return found


def _command(said: Mapping[str, JsonValue], position: Position) -> Command:
    others = said.get("targets")
    timeout = said.get("windowTimeout")
    opens = said.get("opensWindow") is True
    return Command(
        command=str(said.get("command") or "").strip(),
        target=str(said.get("target") or ""),
        value=str(said.get("value") or ""),
        others=tuple(str(each[0]) for each in others if isinstance(each, list) and each)
        if isinstance(others, list)
        else (),
        opens_window=str(said.get("windowHandleName") or f"window of {position.place}") if opens else None,
        window_timeout_s=timeout / 1_000 if isinstance(timeout, int | float) and timeout > 0 else None,
        position=position,
    )


def _suites(project: Mapping[str, JsonValue]) -> list[dict[str, JsonValue]]:
    listed = project.get("suites")
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _chosen(
    tests: Sequence[_Test], suites: Sequence[dict[str, JsonValue]], choice: Choice, source: str
) -> tuple[dict[str, JsonValue] | None, list[_Test]]:
    suite = None
    if choice.suite is not None:
        suite = next((each for each in suites if each.get("name") == choice.suite), None)
        if suite is None:
            names = ", ".join(repr(str(each.get("name"))) for each in suites) or "none"
            raise RecordingError(f"{source} has no suite {choice.suite!r}; its suites: {names}.", field="suite")
        listed = suite.get("tests")
        wanted = listed if isinstance(listed, list) else []
        tests = [test for each in wanted for test in tests if each in {test.id, test.name}]
    if choice.test is not None:
        tests = [test for test in tests if test.name == choice.test] or _no_test(tests, choice.test, source)
    elif suite is None and len(tests) > 1:
        names = ", ".join(repr(each.name) for each in tests)
        raise RecordingError(
            f"{source} has {len(tests)} tests; choose a test or a suite. Tests: {names}.", field="test"
        )
    if not tests:
        raise RecordingError(f"{source} has no test to import.", field="test")
    return suite, list(tests)


def _no_test(tests: Sequence[_Test], wanted: str, source: str) -> list[_Test]:
    names = ", ".join(repr(each.name) for each in tests) or "none"
    raise RecordingError(f"{source} has no test {wanted!r}; its tests: {names}.", field="test")


@dataclass(slots=True)
class _Player:
    """Goes through a test and the tests that it runs."""

    draft: Draft
    base: str
    tests: Sequence[_Test]
    context: Context = field(init=False)
    conditions: int = 0
    unrolled: int = 0
    running: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = Context(draft=self.draft, windows=Windows(self.draft, ROOT), base=self.base)

    def play(self, test: _Test) -> None:
        """All commands of a test."""
        self.running.append(test.name)
        self._nodes(tree_of(test.commands))
        self.running.pop()

    def _nodes(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            command = node if isinstance(node, Command) else node.head
            self.draft.position = command.position
            try:
                if isinstance(node, Block):
                    self._block(node)
                else:
                    self._one(node)
            except NotCarriedOverError as error:
                self.draft.gap(str(command), error.why)
                self._skip(node)

    def _skip(self, node: Node) -> None:
        """What stands inside a block that is not carried over is named too."""
        for command in commands_in([node]) if isinstance(node, Block) else ():
            self.draft.position = command.position
            if _is_said(command):
                self.draft.gap(str(command), f"it stands inside `{node.head}`." if isinstance(node, Block) else "")

    def _one(self, command: Command) -> None:
        if not _is_said(command):
            return
        if command.command.startswith("//"):
            self.draft.remark(f"The command `{command}` is switched off in the recording, so it is left out.")
            return
        if command.command == "run":
            self._run(command)
            return
        word = command.command.removesuffix("AndWait")
        read = ACTIONS.get(word) or CHECKS.get(word)
        if read is None:
            raise NotCarriedOverError("this command is not known.")
        if word not in _WITHOUT_PAGE:
            self.context.windows.enter()
        read(self.context, command)

    def _run(self, command: Command) -> None:
        test = next((each for each in self.tests if each.name == command.target), None)
        if test is None:
            raise NotCarriedOverError(f"the project has no test {command.target!r}.")
        if test.name in self.running or len(self.running) >= MAX_DEPTH:
            raise NotCarriedOverError("the test runs itself.")
        self.play(test)

    def _block(self, block: Block) -> None:
        match block.head.command:
            case "if":
                self._branches(block)
            case "times" if self._is_short(block):
                self._times(block)
            case _:
                self._loop(block)

    def _branches(self, block: Block) -> None:
        """Each branch's condition is decided once, when its turn comes, and kept in a variable."""
        outer, decided = self.draft.when, list[str]()
        conditions = [
            expression_of(head.target, self.context.name_of) if head.command != "else" else "true"
            for head, _ in block.parts
        ]
        for (head, inner), condition in zip(block.parts, conditions, strict=True):
            self.draft.position, self.draft.when = head.position, outer
            self.conditions += 1
            name = self.draft.variable(
                f"condition_{self.conditions}", default=False, description="Set by the recording."
            )
            value = " and ".join([*(f"not {each}" for each in decided), f"({condition})"])
            self.draft.step("set", f"Decide: {head}", save_as=name, value=value_of(f"bool({value})"))
            decided.append(name)
            self.draft.when = name
            self._nodes(inner)
        self.draft.when = outer

    def _is_short(self, block: Block) -> bool:
        """True for a loop with a fixed number of rounds, few enough to be written out."""
        said = block.head.target.strip()
        if not said.isdecimal() or int(said) > MAX_REPEATS:
            return False
        return self.unrolled + int(said) * len(commands_in(block.parts[0][1])) <= MAX_UNROLLED

    def _times(self, block: Block) -> None:
        """A short loop with a fixed number of rounds is written out."""
        inner, rounds = block.parts[0][1], int(block.head.target.strip())
        self.unrolled += rounds * len(commands_in(inner))
        for _ in range(rounds):
            self._nodes(inner)

    def _loop(self, block: Block) -> None:
        """Any other loop is a workflow inside, whose iterations are its rounds."""
        terms, before = self._terms(block)
        place = (tuple(self.context.frames), self.context.windows.current)
        with self.draft.loop(str(block.head), **terms):
            if before is not None:
                self.draft.step("set", f"Next {before[0]}", save_as=before[0], value=before[1])
            self._nodes(block.parts[0][1])
            if place != (tuple(self.context.frames), self.context.windows.current):
                raise NotCarriedOverError("each round would end in another window or frame than it began in.")

    def _terms(self, block: Block) -> tuple[dict[str, JsonValue], tuple[str, str] | None]:
        """How often a loop goes round, and the variable that each round sets first, with its value."""
        head, name_of = block.head, self.context.name_of
        match head.command:
            case "while":
                return {"iterations": _most(head.value), "while": f"bool({expression_of(head.target, name_of)})"}, None
            case "do":
                tail = block.tail or head
                condition = expression_of(tail.target, name_of)
                return {"iterations": _most(tail.value), "until": f"not ({condition})"}, None
            case "times":
                rounds = expression_of(head.target, name_of)
                return {"iterations": _most(head.value), "while": f"iteration <= int({rounds})"}, None
            case _:
                items = name_of(head.target.strip())
                terms: dict[str, JsonValue] = {"iterations": MAX_ROUNDS, "while": f"iteration <= len({items})"}
                return terms, (self.context.saved(head.value), f"${{{{ {items}[iteration - 1] }}}}")


_WITHOUT_PAGE = frozenset(
    {"selectWindow", "storeWindowHandle", "selectFrame", "store", "storeJson", "echo", "pause", "assert", "verify"}
)


def _most(limit: str) -> int:
    """The limit of a loop's rounds, as the recording says it."""
    said = limit.strip()
    return min(max(int(said), 1), MAX_ROUNDS) if said.isdecimal() else USUAL_ROUNDS


def _is_said(command: Command) -> bool:
    """False for an empty line, which only carries a comment."""
    return bool(command.command)
