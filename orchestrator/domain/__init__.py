"""The rules of the orchestrator as pure functions and values."""
