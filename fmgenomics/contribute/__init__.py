"""What contributors and reviewers use: rows from a small file, corrections, what a change does, what needs a look."""
