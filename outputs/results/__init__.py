"""A finished simulation as labelled data: its variables, its figures with their errors, where it comes from."""
