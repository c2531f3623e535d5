"""Timings of the heavy paths, each beside plain code that does the same: `make bench`."""
