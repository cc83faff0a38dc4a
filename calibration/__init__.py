"""Calibration of scenarios on observed data."""
