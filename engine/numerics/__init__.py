"""Arithmetic that gives the same bits on every processor: kernels that are compiled once and kept, the elementary
functions, and their NumPy twins. Of the engine it may import nothing.
"""
