"""Steps in natural language: a model chooses among the elements of a page, the robot checks the choice and acts."""
