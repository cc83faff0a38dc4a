"""The graph of what a program computes, and its way to instructions: selection, schedule, registers, emission. Of the
engine it may import ``draws``, ``program`` and ``instructions``.
"""
