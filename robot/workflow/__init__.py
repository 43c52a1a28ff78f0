"""How a robot runs one workflow: the graph, its steps and their retries."""
