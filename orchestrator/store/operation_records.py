"""The rooms of operators' work, in one."""

from orchestrator.store.bulk_records import BulkRecords
from orchestrator.store.database import Database
from orchestrator.store.dead_letter_records import DeadLetterRecords
from orchestrator.store.deployment_records import DeploymentRecords
from orchestrator.store.failure_records import FailureRecords
from orchestrator.store.robot_plan_records import RobotPlanRecords
from orchestrator.store.seal_records import SealRecords


class OperationRecords:
    """The shipped `engine.ports.operations.OperationStore`."""

    def __init__(self, database: Database) -> None:
        self.deployments = DeploymentRecords(database)
        self.failures = FailureRecords(database)
        self.dead_letters = DeadLetterRecords(database)
        self.bulk = BulkRecords(database)
        self.robot_plans = RobotPlanRecords(database)
        self.seals = SealRecords(database)
