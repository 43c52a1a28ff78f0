"""Which model a robot asks, and how much it may be asked."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class AiSettings(BaseModel):
    """A chat endpoint that speaks OpenAI's protocol, the robot's own or a service's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = Field(min_length=1, max_length=2_000)
    """Up to the version, such as `http://127.0.0.1:11434/v1`; `/chat/completions` is added."""
    model: str = Field(min_length=1, max_length=200)
    api_key: SecretStr | None = None
    timeout_s: float = Field(default=60.0, gt=0, le=600)
    """For one answer."""
    retries: int = Field(default=2, ge=0, le=10)
    """More tries after a refused connection, a status of 429 or of 500 and above, and one after an unusable answer."""
    max_page_chars: int = Field(default=60_000, ge=1_000, le=1_000_000)
    """So much of a page's description is sent."""
    max_answer_tokens: int = Field(default=2_000, ge=50, le=100_000)
    max_run_tokens: int = Field(default=200_000, ge=1_000)
    """Of all questions and answers of one run; then its steps fail that need the model."""

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("write it like https://host/v1")
        return value.rstrip("/")
