"""Exported models at work, without torch: sample lesions, classify images, mark what is synthetic."""
