"""What clients send beside words: which files are taken, where they lie, how they are given out.

Verbs: `kinds.clean`, `keep`; `storage.check_room`, `path_of`, `forget`, `sweep`.
"""
