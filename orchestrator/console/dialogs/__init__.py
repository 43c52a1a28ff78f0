"""Windows that ask: a new job, a schedule, a robot to enrol."""
