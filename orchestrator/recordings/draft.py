"""A workflow in the making: steps one after the other, what they need as variables, and what could not be done."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from keyword import kwlist
from urllib.parse import urlsplit

from orchestrator.contract.actions.catalogue import find_action, parameter_problems
from orchestrator.contract.api.recordings import Gap, RecordingKind, Remark
from orchestrator.contract.expressions import RESERVED_NAMES, ExpressionError, Scope, evaluate, references
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import MAX_STEPS, WorkflowDefinition
from orchestrator.contract.workflow_check import check
from orchestrator.contract.workflow_words import free_id, slug
from orchestrator.recordings.recording import ImportedRecording, NotCarriedOverError, Position, RecordingError
from orchestrator.recordings.typed_secrets import masked, secret_name, words_of

BASE_URL = "base_url"
MAX_NAME = 120
MAX_COMMAND = 300


class Draft:
    """Takes what a reader finds, in the order of the recording."""

    def __init__(self, *, base_url: str | None = None) -> None:
        self.position = Position(place="")
        """Where the reader is; gaps and remarks are noted there."""
        self.when: str | None = None
        """Condition of the steps that come now."""
        self.session: str | None = None
        """The browser session of the steps that come now."""
        self._steps: list[dict[str, JsonValue]] = []
        self._variables: dict[str, dict[str, JsonValue]] = {}
        self._secrets: dict[str, str] = {}
        self._gaps: list[Gap] = []
        self._remarks: list[Remark] = []
        self._ids: set[str] = set()
        self._workflows: dict[str, JsonValue] = {}
        """Bodies of loops, by name."""
        self._origin: str | None = None
        if base_url:
            self._set_base(base_url)

    def step(self, action: str, name: str, *, save_as: JsonValue = None, **parameters: JsonValue) -> None:
        """Add a step; NotCarriedOverError when the action does not take these parameters."""
        given: dict[str, JsonValue] = {key: value for key, value in parameters.items() if value is not None}
        _refuse_expressions(given, self._variables)
        _check_parameters(action, given)
        self._append(action, name, given, str(save_as) if save_as else None)

    def before_last(self, actions: frozenset[str], action: str, name: str, **parameters: JsonValue) -> None:
        """Add a step right before the last one that does one of these actions; at the end when there is none."""
        self.step(action, name, **parameters)
        added = self._steps.pop()
        places = [place for place, each in enumerate(self._steps) if each["action"] in actions]
        self._steps.insert(places[-1] if places else len(self._steps), added)

    def last_step(self, *actions: str) -> dict[str, JsonValue] | None:
        """The parameters of the last step when it does one of these actions; a reader may still change them."""
        if not self._steps or self._steps[-1]["action"] not in actions:
            return None
        parameters = self._steps[-1]["parameters"]
        return parameters if isinstance(parameters, dict) else None

    def type_text(self, target: JsonValue, text: str, name: str, *, action: str = "fill") -> None:
        """A step that types; a text for a field that asks for a secret becomes a variable."""
        word = "value" if action == "fill" else "text"
        hint = secret_name(words_of(target)) if text and not is_expression(text) else None
        value = self.secret(text, hint) if hint else text
        self.step(action, name, target=target, **{word: value})

    @contextmanager
    def loop(self, name: str, **terms: JsonValue) -> Iterator[None]:
        """What is drafted inside is the body of a loop: a workflow inside this one, of which `terms` are options.

        Variables go in and come out again. When the body cannot be drafted, nothing of it stays; one without a step is
        left out, and said.
        """
        outer, self._steps = self._steps, []
        when, self.when = self.when, None
        try:
            yield
        except BaseException:
            self._steps = outer
            raise
        else:
            body, self._steps = self._steps, outer
        finally:
            self.when = when
        if not body:
            self.remark(f"{name}: nothing is done in its rounds, so that it is left out.")
            return
        key = free_id(slug(name) or "loop", set(self._workflows))
        text = json.dumps([body, terms])
        used = [each for each in self._variables if re.search(rf"\b{each}\b", text)]
        saved = {step.get("save_as") for step in body}
        written = [each for each in used if each in saved]
        self._workflows[key] = {
            "name": name,
            "strategy": "sequential",
            "variables": {each: _passed(self._variables[each]) for each in used},
            **terms,
            "steps": list(body),
            "outputs": {each: f"${{{{ {each} }}}}" for each in written} or {"done": True},
        }
        given: dict[str, JsonValue] = {each: f"${{{{ {each} }}}}" for each in used}
        step_id = self._append("sub_workflow", name, {"workflow": key, "variables": given}, None)
        for each in written:
            value = f"${{{{ steps.{step_id}.result.{each} }}}}"
            self._append("set", f"{each} after {name}", {"value": value}, each)
            self._steps[-1]["dependencies"] = [step_id]

    def gap(self, command: str, why: str, *, stands_in: bool = True) -> None:
        """Name what is not done here; with `stands_in` a step of the workflow says so too."""
        step = ""
        command = " ".join(command.split())[:MAX_COMMAND]
        if stands_in:
            where = f"line {self.position.line}, " if self.position.line is not None else ""
            message = f"Not carried over from the recording ({where}{self.position.place}): {command}: {why}"
            message = message.replace("${{", "$ {{")
            step = self._append("log", f"Not carried over: {command}", {"message": message, "level": "warning"}, None)
        found = Gap(place=self.position.place, line=self.position.line, command=command, why=why, step=step)
        self._gaps.append(found)

    def remark(self, text: str, *, is_general: bool = False) -> None:
        """Note what a person should know; once, wherever it is said again."""
        place = Position(place="") if is_general else self.position
        if all(each.text != text for each in self._remarks):
            self._remarks.append(Remark(place=place.place, line=place.line, text=text))

    def variable(self, name: str, **declared: JsonValue) -> str:
        """Declare a variable, unless it is; gives the name that expressions call it by."""
        known = _identifier(name)
        self._variables.setdefault(known, {"type": "any", **declared} if "type" not in declared else dict(declared))
        return known

    def has_variable(self, name: str) -> bool:
        """True when the variable is declared."""
        return _identifier(name) in self._variables

    def secret(self, value: str, name: str) -> str:
        """The expression that stands for a secret text; the text itself does not get into the workflow."""
        if value not in self._secrets:
            free = free_id(_identifier(name), set(self._variables))
            self._variables[free] = {
                "type": "string",
                "secret": True,
                "required": True,
                "description": "Was typed in the recording; give it with each job.",
            }
            self._secrets[value] = free
            self.remark(f"What was typed here is a secret: it is the variable {free!r} now, without a value.")
        return f"${{{{ {self._secrets[value]} }}}}"

    def address(self, url: str) -> str:
        """An address with the recording's first site as `base_url`."""
        parts = urlsplit(url)
        if parts.username or parts.password:
            raise NotCarriedOverError("the address carries a user name or a password; log in with steps instead.")
        if parts.scheme not in {"http", "https"}:
            raise NotCarriedOverError(f"robots open http and https addresses, not {parts.scheme or 'relative'} ones.")
        if self._origin is None:
            self._set_base(f"{parts.scheme}://{parts.netloc}")
        if self._origin and (url == self._origin or url.startswith(tuple(f"{self._origin}{end}" for end in "/?#"))):
            return f"${{{{ {BASE_URL} }}}}{url[len(self._origin) :]}"
        return url

    @property
    def base(self) -> str | None:
        """The address that `base_url` has without a job's word."""
        return self._origin

    def finished(self, kind: RecordingKind, *, name: str, source: str) -> ImportedRecording:
        """The workflow. RecordingError when nothing of the recording can be done, or it is too long."""
        done = len(self._steps) - len(self._gaps)
        if not any(step["action"] != "log" for step in self._steps):
            first = f" The first of {len(self._gaps)} gaps: {self._gaps[0]}" if self._gaps else ""
            raise RecordingError(f"{source}: nothing in this recording can be done by a robot.{first}")
        if len(self._steps) > MAX_STEPS:
            raise RecordingError(
                f"{source}: {done:,} steps are too many for one workflow ({MAX_STEPS:,}); import parts."
            )
        document = masked(self._document(name, kind), self._secrets)
        definition = WorkflowDefinition.model_validate(document)
        problems = check(definition)
        if problems:
            raise RecordingError(f"{source}: the workflow that came of it is wrong: {problems[0]}")
        return ImportedRecording(
            kind=kind,
            definition=definition,
            gaps=tuple(_masked_gap(gap, self._secrets) for gap in self._gaps),
            remarks=tuple(self._remarks),
        )

    def _document(self, name: str, kind: RecordingKind) -> dict[str, JsonValue]:
        return {
            "name": name[:500],
            "description": f"Imported from a recording ({kind.value}).",
            "tags": ["imported"],
            "strategy": "sequential",
            "variables": {key: value for key, value in self._variables.items()},  # noqa: C416  typed as JSON
            **({"workflows": self._workflows} if self._workflows else {}),
            "steps": list(self._steps),
        }

    def _append(self, action: str, name: str, parameters: dict[str, JsonValue], save_as: str | None) -> str:
        name = " ".join(name.split())[:MAX_NAME] or action
        step_id = free_id((slug(name.replace(BASE_URL, "")) or action)[:60], self._ids)
        self._ids.add(step_id)
        said: dict[str, JsonValue | None] = {
            "id": step_id,
            "name": name.replace(f"${{{{ {BASE_URL} }}}}", "").replace("${{", "$ {{"),
            "action": action,
            "parameters": parameters,
            "when": self.when,
            "session": self.session,
            "save_as": self.variable(save_as) if save_as else None,
        }
        self._steps.append({key: value for key, value in said.items() if value is not None})
        return step_id

    def _set_base(self, url: str) -> None:
        self._origin = url.rstrip("/")
        about = "Address of the site that was recorded"
        self._variables[BASE_URL] = {"type": "string", "default": self._origin, "description": about}


def value_of(expression: str) -> JsonValue:
    """An expression as a step's value: what reads nothing is computed at once."""
    read = references(expression)
    if read.names or read.variables or read.steps:
        return f"${{{{ {expression} }}}}"
    try:
        return evaluate(expression, Scope())
    except ExpressionError as error:
        raise NotCarriedOverError(f"the expression has no value: {error.message}") from None


_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def is_expression(text: str) -> bool:
    """True for a text that holds one of our expressions."""
    return _EXPRESSION.search(text) is not None


def _refuse_expressions(value: JsonValue, known: Mapping[str, object]) -> None:
    """What was typed must not become an expression by chance."""
    match value:
        case str():
            for found in _EXPRESSION.finditer(value) if "${{" in value else ():
                if not any(re.search(rf"\b{name}\b", found.group(1)) for name in known):
                    raise NotCarriedOverError("the text contains `${{`, which means an expression in a workflow.")
        case list():
            for each in value:
                _refuse_expressions(each, known)
        case dict():
            for each in value.values():
                _refuse_expressions(each, known)


def _check_parameters(action: str, parameters: dict[str, JsonValue]) -> None:
    spec = find_action(action)
    assert spec is not None, action
    problems = parameter_problems(spec, parameters)
    if problems:
        raise NotCarriedOverError(f"{action} cannot do it: {problems[0].field}: {problems[0].message}")


def _identifier(name: str) -> str:
    word = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "value"
    if word[0].isdigit() or word in RESERVED_NAMES or word in _WORDS:
        word = f"{word}_value" if not word[0].isdigit() else f"value_{word}"
    return word


_WORDS = frozenset({*kwlist, "run"})
"""What an expression does not read as a name."""


def _passed(declared: Mapping[str, JsonValue]) -> JsonValue:
    """A variable of a loop's body, which is given what it has outside."""
    about = "Comes from the workflow around it, and goes back to it."
    return {"type": "any", "description": about, **({"secret": True} if declared.get("secret") else {})}


def _masked_gap(gap: Gap, secrets: Mapping[str, str]) -> Gap:
    hidden = {secret: name for secret, name in secrets.items() if len(secret) > 1}
    return gap.model_copy(update={"command": masked(gap.command, hidden), "why": masked(gap.why, hidden)})
