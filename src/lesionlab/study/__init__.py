"""Studies: many runs under one protocol, a record of each, and what they say together."""
