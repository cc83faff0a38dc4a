"""Forecasts while inputs move: programs that are not compiled anew, runs of which only a part is computed again, and
the figures as plain arrays. Of the engine it may import ``numerics``, ``draws``, ``language``, ``statistics``,
``tally``, ``program``, ``instructions``, ``inputs``, ``graph``, ``compiler``, ``trajectories`` and ``simulate``.
"""
