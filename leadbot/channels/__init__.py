"""Messengers, door and carrier in one; each a folder of the same shape."""
