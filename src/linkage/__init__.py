"""One person across agencies: which mentions of people are the same person, and why."""
