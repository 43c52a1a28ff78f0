"""The typed client of the orchestrator's API and event stream."""
