"""Words and their forms: tokens, endings, numbers, what stands near what, the language of a text."""
