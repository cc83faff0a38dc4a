"""The command line, command by command: what each takes, and how it asks, prints and writes."""
