"""What a file says of itself when a generative model made it, in the words that other software uses too."""

from __future__ import annotations

# IPTC's terms; they stand in XMP and in C2PA manifests as plain text, whatever the image format.
DIGITAL_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
COMPOSITE_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_COMMON = b"rainedAlgorithmicMedia"  # of trainedAlgorithmicMedia and compositeWithTrainedAlgorithmicMedia


def says_synthetic(content: bytes) -> bool:
    """Return whether an image file's bytes carry IPTC's mark of media made by a trained model, in whole or in part."""
    return _COMMON in content
