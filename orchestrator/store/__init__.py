"""Where the orchestrator remembers: SQL, behind the engine's ports."""
