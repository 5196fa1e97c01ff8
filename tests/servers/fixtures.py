"""Independent authorization servers."""
