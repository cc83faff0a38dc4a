"""Which trajectories are run: drawn, spread evenly, taken from libraries of trials, redrawn in part, corrected by what
is known of the draws, or replayed alone. Of the engine it may import ``numerics``, ``draws``, ``streams``,
``language``, ``statistics``, ``program``, ``instructions``, ``reference``, ``reading`` and ``compiler``.
"""
