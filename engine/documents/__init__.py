"""Scenario documents as they are written: TOML and spreadsheets, read with the place of every key, merged, held to
their shape, edited and written again. Of the engine it may import ``language``.
"""
