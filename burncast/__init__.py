"""burncast: a Monte Carlo risk and runway engine for companies that burn cash."""
