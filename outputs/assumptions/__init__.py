"""Every assumption of a scenario: as plain rows, and as a sheet to fill in."""
