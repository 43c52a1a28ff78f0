"""How well typed letters match a title; a pure function."""


def fuzzy_score(wanted: str, title: str) -> int | None:
    """None when the letters do not occur in this order; otherwise more is better.

    Letters at the start of words and letters that follow each other count more.
    """
    wanted, title = wanted.lower().replace(" ", ""), title.lower()
    score, place = 0, -1
    for letter in wanted:
        found = _next(letter, title, place)
        if found < 0:
            return None
        starts_word = found == 0 or not title[found - 1].isalnum()
        score += 8 * (found == place + 1) + 10 * starts_word + 1
        place = found
    return score - len(title) // 8


def _next(letter: str, title: str, place: int) -> int:
    following = place + 1
    if title[following : following + 1] == letter:
        return following
    starts = (i for i in range(following, len(title)) if title[i] == letter and not title[i - 1].isalnum())
    return next(starts, title.find(letter, following))
