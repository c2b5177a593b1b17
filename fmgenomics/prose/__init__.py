"""Checks of the prose: no quantity is typed, every term is used and defined."""
