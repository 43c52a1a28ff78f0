"""Parameters of the action that fills a whole form and sends it, once for each row of a table if need be."""

from typing import Any, Self

from pydantic import AliasChoices, Field, model_validator

from orchestrator.contract.actions.navigate import Patience
from orchestrator.contract.actions.read import FieldRule
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.ids import JsonValue

SUBMIT = Target.of("form button[type=submit]", "form input[type=submit]", "form button:not([type])")


class Recheck(Parameters):
    """Where it can be seen whether a form arrived, when its answer did not."""

    url: str = Field(min_length=1, max_length=8_192)
    """A page that lists what arrived; `{name}` is the value of this name."""
    target: Target
    """What is on it exactly when these values have arrived; `{name}` in its texts is the value of this name."""


class FillForm(Patience):
    """Fills a form with the values of one row, sends it, and waits for the site's word."""

    url: str | None = Field(default=None, max_length=8_192)
    """Where the form is; the page as it is without it. `{name}` is the value of this name."""
    values: dict[str, JsonValue] = Field(validation_alias=AliasChoices("values", "row", "item", "input"))
    """What to fill in, by name; null leaves a field as it is. A file is a name, or {name, content} of a new one."""
    fields: dict[str, Target] = Field(default_factory=dict, max_length=200)
    """Which field takes which value. Without it each value goes where the field's label, name or id is its name."""
    submit: Target = SUBMIT
    """What sends the form; of several, the one of the form that was filled."""
    success: Target
    """What shows that the site has taken it."""
    refusal: Target | None = None
    """Where the site says what it does not like: then the step is a business failure with these words. Without it, what
    looks like a complaint counts, such as an alert that was not there before."""
    read: dict[str, FieldRule] = Field(default_factory=dict, max_length=200)
    """What to read off the page after the success, such as a number."""
    recheck: Recheck | None = None
    """Asked when the site's answer is an error, or is lost: what has arrived is not sent again, and what has not is.
    Without it nobody knows, and the step fails without another try."""
    tries: int = Field(default=4, ge=1, le=20)
    """How often the form is sent at most; more than once only with `recheck`."""

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_none(cls, data: Any) -> Any:
        """A workflow's variables may leave optional parts empty."""
        optional = ("url", "refusal", "recheck", "fields", "read", "submit")
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if name not in optional or value not in (None, "", [], {})}

    @model_validator(mode="after")
    def _has_values(self) -> Self:
        unknown = [name for name in self.fields if name not in self.values]
        if unknown:
            raise ValueError(
                f"fields: there is no value {unknown[0]!r}; the values are {', '.join(self.values) or 'none'}"
            )
        return self


FORM_ACTIONS = (
    ActionSpec(
        name="fill_form",
        group=ActionGroup.INTERACT,
        summary="Fills a form with several values, sends it, and says what the site made of it.",
        parameters=FillForm,
        result="{status: `submitted`, url, and what `read` gives}; a refusal is a failure of kind business.",
        safe_to_repeat=False,
    ),
)
