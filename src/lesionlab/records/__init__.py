"""Typed records and their files; nothing here computes, everything here is read back strictly."""
