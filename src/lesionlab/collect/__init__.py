"""Collecting images: hosts and sites, polite and resumable, each image with its licence and provenance."""
