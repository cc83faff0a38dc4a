"""What is asked beyond a forecast: where uncertainty comes from, why there is ruin and how rare it is, where an input
has to be, and what to choose. Of the engine it may import ``numerics``, ``language``, ``statistics``, ``program``,
``reading``, ``inputs``, ``compiler``, ``trajectories``, ``simulate``, ``normal_space`` and ``conditioning``.
"""
