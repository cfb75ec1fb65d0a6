"""Pages of talks: the list, a talk, the hot lane, ready answers."""
