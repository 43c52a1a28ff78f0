"""Workflows as the reference documents write them, and the definition that such data is read as."""

import json

from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_source import load_workflow

DIRECTOR_STEPS = [
    {
        "id": "setup_sessions",
        "name": "Setup Browser Sessions",
        "action": "create_session_pool",
        "parameters": {"pool_size": 3},
    },
    {
        "id": "search_jobs",
        "name": "Search for Jobs",
        "action": "search_jobs",
        "parameters": {"keywords": ["Salesforce", "Agentforce"]},
        "dependencies": ["setup_sessions"],
    },
    {
        "id": "process_results",
        "name": "Process Search Results",
        "action": "merge_job_results",
        "dependencies": ["search_jobs"],
    },
]

EVOSEAL = {
    "workflow_id": "evolution_workflow_001",
    "experiment_id": "exp_001",
    "iterations": 10,
    "steps": [
        {
            "name": "analyze",
            "component": "analyzer",
            "operation": "analyze_code",
            "parameters": {"depth": "full"},
            "critical": True,
            "retry_count": 3,
            "timeout": 300.0,
        },
        {
            "name": "generate",
            "component": "generator",
            "operation": "generate_improvements",
            "parameters": {"count": 5},
            "dependencies": ["analyze"],
            "critical": True,
            "retry_count": 2,
        },
        {
            "name": "evaluate",
            "component": "evaluator",
            "operation": "evaluate_changes",
            "parameters": {"metrics": ["performance", "quality"]},
            "dependencies": ["generate"],
            "critical": False,
        },
    ],
}

EVOSEAL_GROUPS = [
    {"name": "setup"},
    {"name": "analyze_performance", "parallel_group": "analysis", "dependencies": ["setup"]},
    {"name": "analyze_quality", "parallel_group": "analysis", "dependencies": ["setup"]},
    {"name": "generate_improvements", "dependencies": ["analyze_performance", "analyze_quality"]},
]

EVOSEAL_PIPELINE = {
    "workflow_id": "evolution_001",
    "iterations": 20,
    "steps": [
        {"name": "analyze", "component": "_analyze_current_version", "operation": "__call__"},
        {
            "name": "generate",
            "component": "_generate_improvements",
            "operation": "__call__",
            "dependencies": ["analyze"],
        },
    ],
}

WORKSTATION = {
    "name": "Scrape",
    "definition": {
        "tasks": [
            {
                "id": "t1",
                "name": "Open",
                "agent_type": "browser",
                "action": "navigate",
                "parameters": {"url": "http://127.0.0.1/"},
                "priority": 10,
            },
            {
                "id": "t2",
                "name": "Read",
                "agent_type": "browser",
                "action": "extract",
                "dependencies": ["t1"],
                "maxRetries": 2,
                "delayMs": 500,
                "backoffMultiplier": 3,
                "on_error": "continue",
            },
        ],
        "variables": {"limit": 5},
        "on_error": "continue",
    },
}


def loaded(data: object) -> WorkflowDefinition:
    """What a file with this data defines."""
    return load_workflow(json.dumps(data)).definition
