"""LesionLab: synthesise dermoscopic lesions, classify them, and measure honestly whether it helps."""

__version__ = "0.1.0"
