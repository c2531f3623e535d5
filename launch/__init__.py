"""What run.py does: environments made, kept up to date and handed over to. The standard library alone."""
