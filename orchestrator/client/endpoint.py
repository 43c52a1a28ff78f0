"""Where a running orchestrator is: written by it into its data folder, read by the commands."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from orchestrator.client.errors import ClientError

_NAME = "endpoint.json"


class Endpoint(BaseModel):
    """Address and key of an orchestrator."""

    model_config = ConfigDict(frozen=True)

    url: str
    key: str
    pid: int = 0

    @classmethod
    def of(cls, data_dir: Path) -> Self | None:
        """What the orchestrator of this data folder wrote last; None when none has run there."""
        try:
            return cls.model_validate_json((data_dir / _NAME).read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError:
            raise ClientError(
                f"{data_dir / _NAME} is damaged: remove it and start the orchestrator again, or use --connect."
            ) from None
        except OSError as error:
            raise ClientError(f"{data_dir / _NAME} cannot be read: {error.strerror}.") from None

    def write(self, data_dir: Path) -> None:
        """Tell the commands of this user, and nobody else, where the orchestrator is."""
        data_dir.mkdir(parents=True, exist_ok=True)
        temporary = data_dir / f".{_NAME}.{os.getpid()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(self.model_dump(), file)
        temporary.replace(data_dir / _NAME)

    def remove(self, data_dir: Path) -> None:
        """Take the note away, unless it is another orchestrator's, or nobody's any more."""
        with suppress(ClientError, OSError):
            if Endpoint.of(data_dir) == self:
                (data_dir / _NAME).unlink(missing_ok=True)
