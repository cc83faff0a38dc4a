"""The scenario language: expressions, functions, constants and units, and what a scenario is once it has been read. Of
the engine it may import ``draws``.
"""
