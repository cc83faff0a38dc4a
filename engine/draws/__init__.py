"""What draws are made of: the names of streams, the counter-based generator, designs of points, and the particles of a
posterior. Of the engine it may import ``numerics``.
"""
