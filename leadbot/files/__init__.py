"""What clients send beside words: which files are taken, where they lie, how they are given out."""
