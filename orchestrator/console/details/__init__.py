"""What the detail pane shows of one job or one robot."""
