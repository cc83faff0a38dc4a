"""A scenario becomes a graph: expressions, functions, processes and stocks as nodes, with as little to do in every
period as may be. Of the engine it may import ``language``, ``instructions``, ``graph`` and ``dependence``.
"""
