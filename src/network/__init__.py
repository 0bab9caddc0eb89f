"""Co-offending: who was arrested together, and how near that lies to people who were shot."""
