"""What a recorded flow means: names explained, messages drawn, requests ready to be repeated."""
