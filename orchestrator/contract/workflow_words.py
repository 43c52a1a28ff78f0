"""The words that a document may use for what the models name: joined, made into ids, and looked up."""

import re
from typing import Any

from pydantic import AliasChoices, BaseModel

RETRY_WORDS = (
    "max_retries", "maxRetries", "retry_count", "retries", "initial_delay", "retry_delay", "max_delay",
    "max_retry_delay", "backoff_factor", "backoff_multiplier", "backoffMultiplier", "retryable_errors",
    "retryableErrors",
)  # fmt: skip


def accepted_words(model: type[BaseModel]) -> dict[str, str]:
    """Every word that a document may use for a field of the model, with the field's own name."""
    words: dict[str, str] = {}
    for name, field in model.model_fields.items():
        alias = field.validation_alias
        spoken = alias.choices if isinstance(alias, AliasChoices) else (alias if isinstance(alias, str) else name,)
        words.update({str(word): name for word in (name, *spoken)})
    return words


def join_action(step: dict[str, Any]) -> None:
    """`component` + `operation` and `agent_type` + `action` name one action, `component.operation`."""
    if "component" in step and "action" not in step:
        operation = step.pop("operation", None)
        component = step.pop("component")
        step["action"] = f"{component}.{operation}" if operation else component
    if "agent_type" in step:
        agent = step.pop("agent_type")
        step["action"] = f"{agent}.{step.get('action', '')}".rstrip(".")


def free_id(wanted: str, taken: set[str]) -> str:
    number, free = 2, wanted
    while free in taken:
        free, number = f"{wanted}_{number}", number + 1
    return free


def slug(name: object) -> str:
    """A name as an id that expressions can read after a dot: `Search jobs` becomes `search_jobs`."""
    if not isinstance(name, str):
        return ""
    if name.isidentifier():
        return name[:150]
    words = re.sub(r"\W+", "_", name.lower()).strip("_")[:150]
    return f"step_{words}" if words[:1].isdigit() else words
