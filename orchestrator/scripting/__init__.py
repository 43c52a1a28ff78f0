"""What scripts import: orchestrators that run workflows, and a builder that writes them (`docs/python.md`)."""
