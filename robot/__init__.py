"""The Botswain robot: a process that runs browser workflows for an orchestrator."""
