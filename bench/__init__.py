"""Whole flows, measured side by side; `python -m bench` prints the table, README.md explains it."""
