"""What is counted of trajectories: histograms, moments and sums that merge exactly, and the errors of what is estimated
from them. Of the engine it may import ``numerics`` and ``draws``.
"""
