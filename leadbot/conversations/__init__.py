"""Talks: a client's message comes in, an answer goes out; the inbox and all that managers do there."""
