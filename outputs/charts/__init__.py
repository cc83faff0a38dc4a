"""Pictures in one style: what is drawn, on what, and the pictures of every answer."""
