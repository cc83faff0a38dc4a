"""Measurements: against other implementations and against the limit, how time and memory grow, and start-up."""
