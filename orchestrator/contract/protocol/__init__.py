"""What an orchestrator and its robots say to each other over one WebSocket."""
