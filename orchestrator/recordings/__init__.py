"""Recordings of other tools as workflows: text in, a definition and a list of what it lacks out."""
