"""The one seam for outgoing HTTP: nothing else in the playground opens a connection."""
