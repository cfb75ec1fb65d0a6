"""A day or an hour that a client names in passing, where clients come by appointment: «маникюр на завтра»."""

from __future__ import annotations

import re

from leadbot.engines.rules.words.scene import Scene

_FROM_THEN, _EVER_SINCE = frozenset({"с", "со", "от", "since"}), frozenset({"бери", "берли"})
_OPEN = ("работа", "жумыс", "откры", "ашык", "open")
_AHEAD = ("завтра", "послезавтра", "ертен", "tomorrow")
# «Сломал», «болела», «ауырды»: told of what has been.
_PAST = re.compile(r"\w{2,}[аяиыеу]л[аои]?(?:с[ья])?|\w{2,}(?:[аеыи]?[дт][ыи](?:м|к)?|[гк][ае]н)")


def is_to_come(scene: Scene, at: int) -> bool:
    """Is the time at this token when he comes? Not in «болит с субботы», «сломал утром», «в субботу работаете?»."""
    if not scene.visits or scene.key(at - 1) in _FROM_THEN or scene.words(at + 1, at + 2) & _EVER_SINCE:
        return False
    said = scene.words(*scene.clause(at))
    past = any(_PAST.fullmatch(key) for key in said) and not scene.key(at).startswith(_AHEAD)
    return not past and not any(key.startswith(_OPEN) for key in said)
