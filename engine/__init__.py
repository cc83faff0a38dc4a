"""The engine: a scenario file becomes a program for a vector machine, and the machine runs it."""
