"""Crawling sites that a file describes: politely, within named hosts, and only what carries an open licence."""
