"""Laws of uncertain quantities, how they are stated, and how they are drawn from standard normals."""
