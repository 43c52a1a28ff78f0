"""The Botswain orchestrator: engine, server, client and console of a fleet of browser robots."""
