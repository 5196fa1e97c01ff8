"""A flow to take away: as HAR, HTML and Markdown without its secrets, as a link, compared."""
