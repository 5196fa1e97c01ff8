"""What every page shares: sessions, headers, the frame, the failure page."""
