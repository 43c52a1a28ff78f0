"""What all sides say to each other: ids, workflows, messages, results and errors."""
