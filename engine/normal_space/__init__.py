"""Trajectories as points in normal space: run where they are given, followed to their outcomes one by one, moved, and
put under a condition. Of the engine it may import ``numerics``, ``draws``, ``streams``, ``statistics``, ``program``,
``instructions``, ``trajectories`` and ``simulate``.
"""
