"""Draws that depend on each other: copulas and vines of standard normals as nodes of the graph, and what they come to
in words. Of the engine it may import ``language`` and ``graph``.
"""
