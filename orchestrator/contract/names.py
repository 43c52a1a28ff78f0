"""Names that people give: any text that can be shown in one line."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError


def control_character(text: str) -> str | None:
    """The first character that nobody can see and terminals obey, as `U+0000`; None when there is none."""
    found = next((each for each in text if unicodedata.category(each) == "Cc"), None)
    return None if found is None else f"U+{ord(found):04X}"


def _shown(name: str) -> str:
    if (found := control_character(name)) is not None:
        raise PydanticCustomError("name", "has a control character ({found}); leave it out", {"found": found})
    return name


Name = Annotated[str, AfterValidator(_shown)]
"""A name in a request; control characters, such as NUL and line feeds, are refused."""
