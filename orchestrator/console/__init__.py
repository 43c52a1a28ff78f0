"""The desktop console: a Qt client of an orchestrator."""
