"""What people read: datasets, tables, plots and files."""
