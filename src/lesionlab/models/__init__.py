"""The two networks, their weights in and out, and their export; needs torch."""
