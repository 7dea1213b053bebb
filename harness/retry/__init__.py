"""What ended badly in a run, taken back so that the next `run` does it again."""
