"""A workflow as data: its steps, variables and options, in the one language that all parts share.

The models accept the words of every system that the product grew from: `tasks` for `steps`, `component` and
`operation` or `agent_type` and `action` for an action, `max_retries` or `retry_count` for retries, and so on.
Inside the product only the names below exist. Reading files and finding mistakes is `workflow_source`'s and
`workflow_check`'s business.
"""

import hashlib
import json
import re
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from orchestrator.contract.actions.installed import installed_actions
from orchestrator.contract.chaining import MAX_FOLLOW_UPS, FollowUp
from orchestrator.contract.concurrency import ConcurrencyKeys
from orchestrator.contract.evidence import EvidencePolicy
from orchestrator.contract.expectations import MAX_EXPECTATIONS, Expectation
from orchestrator.contract.ids import JsonValue, WorkflowHash
from orchestrator.contract.patterns import SUB_WORKFLOW, ForEach
from orchestrator.contract.recheck import OnDoubt, Recheck
from orchestrator.contract.recovery import RecoveryRules
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.states import JobPriority
from orchestrator.contract.workflow_language import as_variable, unified_step, unified_workflow

MAX_STEPS = 2_000
DEFAULT_STEP_TIMEOUT_S = 300.0
DEFAULT_WORKFLOW_TIMEOUT_S = 1_800.0


class ExecutionStrategy(StrEnum):
    """In which order steps that could run do run."""

    SEQUENTIAL = "sequential"
    """One at a time, in the order of the document as far as dependencies allow."""
    PARALLEL = "parallel"
    """Each step starts the moment its dependencies are done and a place is free."""
    PRIORITY = "priority"
    """Like parallel, but the ready step with the highest priority goes first."""
    ADAPTIVE = "adaptive"
    """Chosen by the graph: sequential for a chain, priority where priorities differ, otherwise parallel."""


class OnError(StrEnum):
    """What a failed step means for the others."""

    STOP = "stop"
    CONTINUE = "continue"


class VariableType(StrEnum):
    """The JSON type that a variable's value must have."""

    ANY = "any"
    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "list"
    OBJECT = "object"


class Variable(BaseModel):
    """An input of a workflow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: VariableType = VariableType.ANY
    default: JsonValue = None
    required: bool = False
    """A required variable has no default and must be given with each job."""
    description: str = ""
    choices: tuple[JsonValue, ...] = ()
    secret: bool = False
    """Never shown in a table, log or result."""


class SessionRequirements(BaseModel):
    """Which browser sessions a run needs before its first step."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_sessions: int = Field(default=1, ge=0, le=64)
    session_type: str | None = None
    """A tag that the robot must carry."""
    provider: str | None = Field(default=None, min_length=1, max_length=50)
    """Where its sessions come from: a pool of the robot by name, or a kind of provider (`local`, `cdp`,
    `browserbase`). None: as the robot says."""


class ParallelGroup(BaseModel):
    """How the steps that carry a group's name run beside each other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_concurrent: int | None = Field(default=None, ge=1, le=64)
    """How many of its steps run at once. None: as many as the workflow allows."""
    fail_fast: bool = False
    """True: when one of its steps has failed, those that have not begun are skipped, and what depends on them."""


class Step(BaseModel):
    """One action, when it may run, and what its failure means."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str = Field(default="", max_length=200, validation_alias=AliasChoices("id", "step_id"))
    name: str = Field(default="", max_length=500)
    action: str = Field(default="", max_length=200)
    """Empty in a sketch; the check reports it, so that fragments of a workflow can be loaded, shown and edited."""
    parameters: dict[str, JsonValue] = Field(
        default_factory=dict, validation_alias=AliasChoices("parameters", "params", "with")
    )
    dependencies: tuple[str, ...] = Field(
        default=(), validation_alias=AliasChoices("dependencies", "depends_on", "needs")
    )
    """Ids or names in the document; ids once the definition has been resolved."""
    when: str | None = Field(default=None, validation_alias=AliasChoices("when", "condition", "if"))
    """An expression; the step is skipped when it is false."""
    timeout_s: float = Field(
        default=DEFAULT_STEP_TIMEOUT_S, gt=0, le=86_400, validation_alias=AliasChoices("timeout_s", "timeout")
    )
    """For one attempt of the step."""
    retry: RetryPolicy = Field(default_factory=RetryPolicy)
    critical: bool = True
    """False: the step's failure does not fail the workflow; its dependents are skipped all the same."""
    priority: int = Field(default=0, ge=-1_000, le=1_000)
    """Higher goes first under the priority strategy."""
    parallel_group: str | None = None
    """Steps that belong side by side: shown in the graph, kept together by the priority strategy, and bounded by what
    the workflow says of the group."""
    session: str | None = None
    """Name of the browser session the step works in; steps of one session never overlap. None: the main one."""
    safe_to_repeat: bool | None = None
    """False: after a crash inside the step a person decides. None: as the action says (reads are, writes are not)."""
    save_as: str | None = None
    """A variable that takes the step's value."""
    for_each: ForEach | None = None
    """Run the action once for each entry of a list; `when` is asked once, before."""
    then: tuple[str, ...] = Field(default=(), validation_alias=AliasChoices("then", "thenTasks", "then_tasks"))
    """Steps (ids or names) that run only when `when` is true; with it, or `else`, the step chooses and does nothing."""
    otherwise: tuple[str, ...] = Field(
        default=(), validation_alias=AliasChoices("else", "otherwise", "elseTasks", "else_tasks")
    )
    """Steps that run only when it is false."""
    recheck: Recheck | None = None
    """Where it can be seen whether the step has happened, when its browser, robot or network died inside it."""
    on_doubt: OnDoubt | None = None
    """When that cannot be told: `ask` a person, or `fail`. None: ask where there is a recheck, else fail."""
    milestone: bool = False
    expect: tuple[Expectation, ...] = Field(default=(), max_length=MAX_EXPECTATIONS)
    """What the step must have given when it has completed, or the run is suspect."""
    description: str = ""

    @model_validator(mode="before")
    @classmethod
    def _speak_one_language(cls, data: Any) -> Any:
        return unified_step(data, cls) if isinstance(data, dict) else data

    @model_serializer(mode="wrap")
    def _without_defaults(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What is said of a step and no more: a workflow of 2,000 steps has to fit into one message."""
        return {name: value for name, value in handler(self).items() if getattr(self, name) != _default(name)}

    @property
    def title(self) -> str:
        """What people read: the name, or the id."""
        return self.name or self.id

    @property
    def chooses(self) -> bool:
        """True for a step that only decides which of two branches runs."""
        return bool(self.then or self.otherwise)

    @property
    def runs_workflow(self) -> bool:
        """True for a step that runs another workflow."""
        return self.action == SUB_WORKFLOW

    @property
    def settles_doubt(self) -> bool:
        """True when it can be found out, or a person says, whether an interrupted step has happened."""
        return self.recheck is not None or self.on_doubt is OnDoubt.ASK

    @property
    def asks_in_doubt(self) -> bool:
        """True when a person is asked where nothing else can tell."""
        return self.on_doubt is OnDoubt.ASK or (self.on_doubt is None and self.recheck is not None)

    @property
    def branches(self) -> tuple[str, ...]:
        """The steps of both branches."""
        return (*self.then, *self.otherwise)


@cache
def _default(name: str) -> Any:
    return Step.model_fields[name].get_default(call_default_factory=True)


class WorkflowDefinition(BaseModel):
    """Everything that a robot needs to know to run a workflow."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str | None = Field(default=None, max_length=200, validation_alias=AliasChoices("id", "workflow_id"))
    name: str = Field(default="Untitled workflow", min_length=1, max_length=500)
    description: str = ""
    folder: str = ""
    """Place in the console's tree, `/`-separated."""
    tags: tuple[str, ...] = ()
    steps: tuple[Step, ...] = Field(min_length=1, max_length=MAX_STEPS, validation_alias=AliasChoices("steps", "tasks"))
    variables: dict[str, Variable] = Field(default_factory=dict)
    outputs: dict[str, JsonValue] = Field(default_factory=dict)
    """Names of results and the expressions that give them."""
    parallel_execution: bool = True
    max_concurrent_steps: int = Field(default=3, ge=1, le=64)
    strategy: ExecutionStrategy | str = Field(
        default=ExecutionStrategy.ADAPTIVE, validation_alias=AliasChoices("strategy", "execution_strategy")
    )
    """One of the product's own, or `package.name` of one that is installed on robots."""
    timeout_s: float | None = Field(
        default=None, gt=0, le=7 * 86_400, validation_alias=AliasChoices("timeout_s", "timeout")
    )
    """For the whole run. None: what the orchestrator says for all, or `DEFAULT_WORKFLOW_TIMEOUT_S`."""
    priority: JobPriority = JobPriority.NORMAL
    on_error: OnError = OnError.STOP
    iterations: int = Field(default=1, ge=1, le=10_000)
    """How often all steps run, one time after the other."""
    repeat_while: str | None = Field(default=None, validation_alias=AliasChoices("while", "repeat_while"))
    """An expression, asked before each iteration, the first included: when it is false, none begins any more."""
    until: str | None = None
    """An expression, asked after each iteration: when it is true, no further one begins."""
    session_requirements: SessionRequirements = Field(default_factory=SessionRequirements)
    requires: tuple[str, ...] = ()
    """Capabilities that a robot must have."""
    retry_safe: bool = False
    """True: the whole run may be repeated after a crash without asking anybody."""
    checkpoints: bool = True
    """False: none are taken by themselves, not after steps and not after failures."""
    checkpoint_interval: int | None = Field(default=None, ge=1, le=MAX_STEPS)
    """Steps between two automatic checkpoints. None: five, but not more often than every five seconds."""
    checkpoint_interval_s: float = Field(default=60.0, gt=0, le=86_400)
    """Seconds after which the next end of a step brings an automatic checkpoint in any case."""
    resume_after_crash: bool = False
    """True: a step that is not safe to repeat starts only when the orchestrator knows that it will; so after a crash
    the run goes on from its checkpoint, unless such a step was running. Costs some milliseconds for each such step."""
    recovery: RecoveryRules | None = None
    """What is tried after a step's own retries; None: nothing."""
    concurrency: ConcurrencyKeys = ()
    """Keys of which the fleet holds only so many at once, such as a login or a site."""
    on_success: tuple[FollowUp, ...] = Field(default=(), max_length=MAX_FOLLOW_UPS)
    """Workflows that start when a job of this one has completed."""
    on_failure: tuple[FollowUp, ...] = Field(default=(), max_length=MAX_FOLLOW_UPS)
    """Workflows that start when a job of this one has failed for good; a person's cancel is no failure."""
    expect: tuple[Expectation, ...] = Field(default=(), max_length=MAX_EXPECTATIONS)
    """What a completed run must have given; otherwise it is suspect."""
    parallel_groups: dict[str, ParallelGroup] = Field(default_factory=dict)
    """Bounds of the groups that steps name as their `parallel_group`; one without a word here has none."""
    workflows: "dict[str, WorkflowDefinition]" = Field(default_factory=dict)
    """Workflows that only steps of this file run, by the name that these call them."""
    linked: "dict[str, LinkedWorkflow]" = Field(default_factory=dict)
    """The saved workflows that steps run, as they were when this version was made; the orchestrator writes it."""
    evidence: EvidencePolicy = Field(default_factory=EvidencePolicy)
    """What a run records for whoever has to find out later why it failed."""
    metadata: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _speak_one_language(cls, data: Any) -> Any:
        if isinstance(data, list | tuple):
            data = {"steps": data}
        return unified_workflow(data, cls, most_steps=MAX_STEPS) if isinstance(data, dict) else data

    @field_validator("strategy", mode="before")
    @classmethod
    def _is_known_or_installed(cls, value: Any) -> Any:
        """A name with a dot is that of an installed strategy; any other must be one of the product's own."""
        if isinstance(value, str) and re.fullmatch(r"[A-Za-z]\w*(\.\w+)+", value) and len(value) <= 200:
            return value
        return _known_strategy(value)

    @field_validator("variables", mode="before")
    @classmethod
    def _plain_values_are_defaults(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: as_variable(each, Variable) for name, each in value.items()}

    @field_validator("on_success", "on_failure", mode="before")
    @classmethod
    def _one_follow_up_needs_no_list(cls, value: Any) -> Any:
        links = [value] if isinstance(value, str | dict) else value
        if not isinstance(links, list | tuple):
            return value
        return [{"workflow": each} if isinstance(each, str) else each for each in links]

    def step(self, step_id: str) -> Step:
        """The step with this id; KeyError when there is none."""
        return next((step for step in self.steps if step.id == step_id), None) or _no_step(step_id)

    @property
    def inner_workflows(self) -> tuple["WorkflowDefinition", ...]:
        """The file's own sub-workflows, and the saved ones that are linked."""
        return (*self.workflows.values(), *(each.definition for each in self.linked.values()))

    @property
    def content_hash(self) -> WorkflowHash:
        """The version: the first 16 hex digits of the SHA-256 of the canonical JSON of what a run depends on."""
        said = self.model_dump(mode="json", exclude={"id"}, exclude_defaults=True)
        text = json.dumps(said, sort_keys=True, separators=(",", ":"))
        return WorkflowHash(hashlib.sha256(text.encode()).hexdigest()[:16])


class LinkedWorkflow(BaseModel):
    """A saved workflow that a step runs, in the version that the caller is fixed to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workflow_id: str
    number: int = Field(ge=1)
    """Of the version."""
    definition: WorkflowDefinition
    """Complete: what it runs in turn is linked in it."""


WorkflowDefinition.model_rebuild()

_STRATEGIES = frozenset(ExecutionStrategy)


def _known_strategy(value: object) -> ExecutionStrategy:
    if isinstance(value, str) and value in _STRATEGIES:
        return ExecutionStrategy(value)
    names = [repr(each.value) for each in ExecutionStrategy]
    raise PydanticCustomError("enum", "unknown strategy", {"expected": f"{', '.join(names[:-1])} or {names[-1]}"})


def needed_capabilities(definition: WorkflowDefinition) -> tuple[str, ...]:
    """What a robot must have to run it: what the workflow requires, installed strategies and actions it names, and
    what the workflows need that its steps run."""
    strategy, installed = definition.strategy, installed_actions()
    needed = definition.requires
    provider = definition.session_requirements.provider
    if provider is not None:
        needed = (*needed, f"provider:{provider}")
    if any(step.action.startswith("ai.") for step in definition.steps):
        needed = (*needed, "ai")
    if not isinstance(strategy, ExecutionStrategy):
        needed = (*needed, f"strategy:{strategy}")
    if installed:
        needed = (*needed, *{f"action:{step.action}": None for step in definition.steps if step.action in installed})
    inner = definition.inner_workflows
    if not inner:
        return needed
    return tuple(
        dict.fromkeys((*needed, f"action:{SUB_WORKFLOW}", *(n for each in inner for n in needed_capabilities(each))))
    )


def _no_step(step_id: str) -> Step:
    raise KeyError(step_id)
