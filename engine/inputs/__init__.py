"""The inputs of a scenario as things to turn: what each one is, within which range, its picture, and how it is written
once it is moved or held. Of the engine it may import ``language``, ``documents``, ``program`` and ``reading``.
"""
