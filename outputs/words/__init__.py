"""What people read in every output: amounts, dates and the fixed texts of each language."""
