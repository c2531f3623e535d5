"""Looking after sets of images: near duplicates, what collected images are, and the audit of splits."""
