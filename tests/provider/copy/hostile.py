"""Values that break careless copies, with the field that stands for each in CSV and in TSV."""

from __future__ import annotations

# value -> its field in CSV, its field in TSV
FIELDS: dict[str | None, tuple[str, str]] = {
    None: (r"\n", r"\n"),
    "": ("", ""),
    "NULL": ("NULL", "NULL"),
    r"\N": (r"\\N", r"\\N"),
    r"\n": (r"\\n", r"\\n"),
    r"\.": (r"\\.", r"\\."),
    "a,b": (r"a\,b", "a,b"),
    ",": (r"\,", ","),
    "a\tb": ("a\tb", "a\\\tb"),
    "back\\slash": (r"back\\slash", r"back\\slash"),
    "ends in \\": ("ends in \\\\", "ends in \\\\"),
    r"\,": (r"\\\,", r"\\,"),
    'a "quoted" word': ('a "quoted" word', 'a "quoted" word'),
    '"': ('"', '"'),
    "it's": ("it's", "it's"),
    "100 %s %(x)s ? ?? $1": ("100 %s %(x)s ? ?? $1", "100 %s %(x)s ? ?? $1"),
    " blanks ": (" blanks ", " blanks "),
    "carriage\rreturn": ("carriage\rreturn", "carriage\rreturn"),
    "ünï😀\u2028\u0085\x0b\x0c\x1c": ("ünï😀\u2028\u0085\x0b\x0c\x1c",) * 2,
    "-- ; /* */ # $$": ("-- ; /* */ # $$",) * 2,
}
