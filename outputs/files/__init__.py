"""Results as files that other tools open, each whole or absent."""
