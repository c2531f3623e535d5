"""Reading lesion images, grouping and splitting them, and the cache of decoded pixels that training maps."""
