"""What the machine's instructions do: compiled loops over lanes, their NumPy readings, and the memory that they work
on. Of the engine it may import ``numerics``, ``draws``, ``streams`` and ``program``.
"""
