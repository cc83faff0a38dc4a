"""``burncast serve``: a page to ask "what if", and the server on this machine that answers it."""
