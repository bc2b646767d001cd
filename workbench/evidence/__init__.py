"""Bytes on disk: object keys, and the reading of one delivered file."""
