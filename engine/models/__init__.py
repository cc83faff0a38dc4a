"""Packaged models that scenarios extend."""
