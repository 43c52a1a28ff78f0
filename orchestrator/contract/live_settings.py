"""Settings that may change while the orchestrator runs: their types, bounds and meanings."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

MAX_CHANNELS = 50


class LiveValues(BaseModel):
    """One value of each; a change is checked as a whole before it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    load_balancing: Literal["least_loaded", "round_robin", "random", "affinity"] = Field(
        default="least_loaded", description="Which of the robots that can take a job gets it."
    )
    max_concurrent_workflows: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Jobs that robots may hold at once, over the fleet; null: no limit",
    )
    max_queued: int = Field(default=1_000_000, ge=1, description="Jobs that may wait; more are refused.")
    submits_per_minute: int = Field(
        default=0, ge=0, le=1_000_000, description="Jobs that each actor may submit a minute; 0: any number."
    )
    catch_up_stagger_s: float = Field(
        default=1.0, ge=0, le=3_600, description="Between two runs that are made up for after a downtime."
    )
    max_chain_depth: int = Field(
        default=20, ge=1, le=1_000, description="Jobs that may follow one another by triggers; bounds loops of chains."
    )
    keep_jobs_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="Days after which jobs that ended are forgotten, with their results, logs and files; 0: never.",
    )
    keep_logs_days: int = Field(
        default=90,
        ge=0,
        le=36_500,
        description="Days after which log lines of robots and jobs are forgotten; 0: never.",
    )
    artifacts_mib: int = Field(
        default=10_240, ge=0, le=2**40, description="MiB that files of jobs may take in all; 0: any amount."
    )
    keep_artifacts_days: int = Field(
        default=30,
        ge=0,
        le=36_500,
        description="Days after which files of jobs that ended well, or were cancelled, are removed; 0: never.",
    )
    keep_failed_artifacts_days: int = Field(
        default=180,
        ge=0,
        le=36_500,
        description="Days after which files of jobs that failed are removed, except for pinned incidents; 0: never.",
    )
    schedules: bool = Field(default=True, description="Feature: schedules fire.")
    triggers: bool = Field(default=True, description="Feature: triggers and follow-ups start jobs.")
    webhooks: bool = Field(default=True, description="Feature: other programs may call /hooks.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Of the own log.")
    debug: tuple[Annotated[str, Field(max_length=100)], ...] = Field(
        default=(),
        max_length=MAX_CHANNELS,
        description="Log channels that speak at DEBUG, such as director, scheduler, recovery, checkpoints, triggers.",
    )

    @field_validator("load_balancing", "log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.strip().lower().replace("-", "_") if isinstance(value, str) else value

    @field_validator("debug", mode="before")
    @classmethod
    def _one_text_lists_them(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
