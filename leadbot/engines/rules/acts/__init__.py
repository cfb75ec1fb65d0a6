"""What a client wants with a message: to be called, to complain, to know the price. A small classifier of our own.

`find(text, facts)` names the acts and topics of one message, `warm_up()` loads the tables. The rest:
`corpus/` holds the lines people wrote for it, `corpus` reads them, `features` makes signs of a text, `train` turns
lines into the tables of `model/` (`flask build-acts`; needs scikit-learn), `model` reads those and predicts with the
standard library alone, `own_facts` knows a company's own facts by their words, `score` measures.
"""

from __future__ import annotations

from leadbot.engines.rules.acts.find import NONE, QUESTION, Act, find, likeliest, warm_up

__all__ = ["NONE", "QUESTION", "Act", "find", "likeliest", "warm_up"]
