"""Example scenarios on public figures, installed with the package."""
