"""Pure functions on arrays: numbers in, numbers out; no file, no network, no model."""
