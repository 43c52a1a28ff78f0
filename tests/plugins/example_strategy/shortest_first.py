"""An execution strategy as a package of somebody else brings it: what should be done soonest goes first."""

from orchestrator.contract.workflow import WorkflowDefinition
from robot.workflow.graph import Graph
from robot.workflow.strategies import Plan


def shortest_first(definition: WorkflowDefinition, graph: Graph) -> Plan:
    """Ready steps with the shortest time limit go first, and half of the places stay free for others."""
    limits = {step_id: (step.timeout_s,) for step_id, step in graph.steps.items()}
    return Plan(places=max(1, definition.max_concurrent_steps // 2), key=limits.__getitem__)
