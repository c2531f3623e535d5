"""An export and a part of a split in, metric records out."""
