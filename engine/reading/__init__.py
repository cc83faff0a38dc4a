"""From documents to a scenario: quantities, schedules, correlations and the files that these name, every mistake with
its place. Of the engine it may import ``draws``, ``language``, ``documents`` and ``program``.
"""
