"""What a run keeps for whoever has to find out later why it failed."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, field_validator


class RecordingPolicy(StrEnum):
    """When something is recorded that costs time while a run goes well."""

    OFF = "off"
    ON_RETRY = "on_retry"
    """From a job's second attempt on, whatever comes of it: a run that goes well at once costs nothing."""
    KEEP_IF_FAILED = "keep_if_failed"
    """In every attempt; thrown away when it goes well."""
    ALWAYS = "always"

    def records(self, attempt: int) -> bool:
        """True when this attempt of a job is recorded."""
        return self in {RecordingPolicy.KEEP_IF_FAILED, RecordingPolicy.ALWAYS} or (
            self is RecordingPolicy.ON_RETRY and attempt > 1
        )

    def keeps(self, *, failed: bool) -> bool:
        """True when a recording stays after the run."""
        return failed or self is not RecordingPolicy.KEEP_IF_FAILED


class EvidencePolicy(BaseModel):
    """What is kept beside the results. Pictures, page, console and requests of a failed step always are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    trace: RecordingPolicy = RecordingPolicy.ON_RETRY
    """Playwright's trace of each session: every action with the page before and after it."""
    film: RecordingPolicy = RecordingPolicy.OFF
    """The last minutes of each session's page, as a film."""
    film_secrets: bool = False
    """True: film also runs that use secrets, although a film shows whatever the page shows."""

    @field_validator("trace", "film", mode="before")
    @classmethod
    def _off_is_no_truth_value(cls, value: object) -> object:
        """YAML reads an `off` without quotes as false."""
        return RecordingPolicy.OFF if value is False else value
