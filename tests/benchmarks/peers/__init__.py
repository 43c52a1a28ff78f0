"""Scripts that measure other job queues, each run by the Python of an environment of its own."""
