"""Tables for the terminal, one look for all."""
