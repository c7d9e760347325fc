"""The form that words are looked for in: NFKC, lower case, a space for every mark, none for an apostrophe.

The database keeps the texts of products so (the function `niteru_plain` of migration 0006).
"""

BREAKS = '-/.,:;!()[]&"+_・、。「」【】\n'
"""PostgreSQL compares every character of every product with each of them. These part nearly all words."""
SIGNS = "™®©"

_HISSING = ("s", "x", "ch", "sh")
_TO_SPACES = str.maketrans(dict.fromkeys(BREAKS + SIGNS, " ") | {"'": "", "’": ""})


def forms(word: str) -> list[str]:
    """Return patterns for LIKE, without their %: a Latin word between spaces, one or many; a Japanese one anywhere."""
    told = " ".join(word.translate(_TO_SPACES).split())
    if not told:
        return []
    if not told.isascii():
        return [escaped(told)]
    single = told.removesuffix("s") if len(told) > 3 and not told.endswith("ss") else told
    many = f"{single}es" if single.endswith(_HISSING) else f"{single}s"
    also = [told.removesuffix("es")] if told.removesuffix("es").endswith(_HISSING) and told.endswith("es") else []
    return [f" {escaped(form)} " for form in dict.fromkeys((told, single, many, *also))]


def letters(word: str) -> str:
    """Return the word with one space for whatever is neither a letter nor a digit."""
    return " ".join("".join(one if one.isalnum() else " " for one in word).split())


def escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
