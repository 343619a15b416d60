"""How sources write a date, a number or a duration: regular expressions over folded text.

Tables first, functions after. A language is added by adding its words to the tables.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache

MONTHS = {
    "fr": "janvier f[ée]vrier mars avril mai juin juillet ao[ûu]t septembre octobre novembre d[ée]cembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "en": "january february march april may june july august september october november december",
}
SEASONS = {  # EDTF: 21-24 seasons, 33-36 quarters
    21: ("printemps", "voorjaar", "lente", "frühjahr", "spring"),
    22: ("été", "zomer", "sommer", "summer"),
    23: ("automne", "najaar", "herfst", "herbst", "autumn"),
    24: ("hiver", "winter"),
    33: ("premier trimestre", "1er trimestre", "eerste kwartaal", "q1"),
    34: ("deuxième trimestre", "2e trimestre", "tweede kwartaal", "q2"),
    35: ("troisième trimestre", "3e trimestre", "derde kwartaal", "q3"),
    36: ("quatrième trimestre", "4e trimestre", "vierde kwartaal", "q4"),
}
WORDS = {
    1: "één eén",
    2: "deux twee",
    3: "trois drie",
    4: "quatre vier",
    5: "cinq vijf",
    6: "six zes",
    7: "sept zeven",
    8: "huit acht",
    9: "neuf negen",
    10: "dix tien",
    11: "onze elf",
    12: "douze twaalf",
    15: "quinze vijftien",
    20: "vingt twintig",
    30: "trente dertig",
    50: "cinquante cinquantaine vijftig vijftigtal",
    100: "cent honderd",
}
DURATIONS = {
    "P1Y": r"(?:(?:une|1) fois )?par an\b|chaque année|annuel|jaarlijks|per jaar|(?:elk|ieder) jaar",
    "P1M": r"par mois|mensuel|maandelijks|per maand",
    "P1W": r"par semaine|hebdomadaire|wekelijks|per week",
    "P1D": r"par jour|journali[eè]re?|dagelijks|per dag",
}
PARTS = {
    "chapter": "(?:chapitre|hoofdstuk|kapitel)",
    "section": "(?:section|afdeling|abschnitt)",
    "title": "(?:titre|titel)",
    "article": r"(?:art\.|article|artikel)",
    "annex": "(?:annexe|bijlage|anhang)",
}

_MONTH_NAMES = {
    number: "|".join(names)
    for number, names in enumerate(zip(*(m.split() for m in MONTHS.values()), strict=True), 1)
}
_NOT_DATE = "".join(
    f"(?<!{name.replace('[ée]', e).replace('[ûu]', u)} )"
    for names in MONTHS.values()
    for name in names.split()
    for e, u in (("é", "û"), ("e", "u"))
)
_BEFORE, _AFTER = r"(?<![\d/])(?<!\d[.,])", r"(?!\d)(?![/.,]\d)"
_SCALES = {1_000_000: "millions?|miljoen", 1_000_000_000: "milliards?|miljard"}


class Malformed(ValueError):
    """A value that is not what its type says."""


@cache
def notation_of(value: str, kind: str) -> str:
    """Return a regular expression for the ways in which a value is written.

    `kind` is the local name of the datatype: `date`, `gYearMonth`, `gYear`, `EDTF`, `integer`, `decimal`,
    `duration`; anything else is text that contains a number. Raises `Malformed`, which says what is wrong.
    """
    form = {
        "date": _date,
        "gYearMonth": _year_month,
        "gYear": _year,
        "EDTF": _edtf,
        "integer": _number,
        "decimal": _number,
        "duration": _duration,
    }.get(kind, numbered)(value)
    return f"(?:{form})"


def numbered(value: str) -> str:
    """Return the forms of an official number: `178388`, `2.289`, `29-32`, `17/2`, `chapter 2, section 2`."""
    if not any(char.isdigit() for char in value):
        raise Malformed(f"{value!r} has no digit; a number is expected")
    parts = re.split(r"([^\w.]+)", value.lower())
    forms = [PARTS.get(part) or re.sub(r"\\\.(?=\d{3}\b)", "[. ]?", re.escape(part)) for part in parts]
    forms[1::2] = ["/" if part == "/" else r"\D{1,12}" for part in parts[1::2]]
    return f"{_BEFORE}{''.join(forms)}{_AFTER}"


def committee(notation: str) -> str:
    """Return the forms of a joint committee's number: `310.00`, `310`, `3100000`; `319.02`, `3190200`."""
    match = re.fullmatch(r"(\d{3})\.(\d\d)", notation)
    if match is None:
        raise Malformed(f"{notation!r} is not the number of a joint committee; it is written ddd.dd")
    number, sub = match.groups()
    short = rf"{number}(?:\.00)?" if sub == "00" else rf"{number}\.{sub}"
    return rf"(?:{_BEFORE}(?:{short}|{number}{sub}00){_AFTER})"


def _date(value: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise Malformed(f"{value!r} is not a date; a date is written yyyy-mm-dd")
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise Malformed(f"{value!r} is not a date: {error}") from error
    d, m, y = day.day, day.month, day.year
    long = rf"0?{d}{'(?:er|ste)?' if d == 1 else '(?:e|ste|de)?'}\.? (?:{_MONTH_NAMES[m]}) {y}"
    return rf"(?<![\d/.,])(?:0?{d}[/.-]0?{m}[/.-]{y}|{long})(?!\d)"


def _year_month(value: str) -> str:
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", value)
    if match is None:
        raise Malformed(f"{value!r} is not a month of a year; it is written yyyy-mm")
    year, month = match.groups()
    return rf"(?:(?<!\d )(?<!\der )(?:{_MONTH_NAMES[int(month)]}) |(?<![\d/])0?{int(month)}/){year}(?!\d)"


def _year(value: str) -> str:
    if not re.fullmatch(r"\d{4}", value):
        raise Malformed(f"{value!r} is not a year; it is written yyyy")
    return rf"{_NOT_DATE}(?<![\d/.,]){value}(?![\d/])(?![.,]\d)"


def _edtf(value: str) -> str:
    if match := re.fullmatch(r"(\d{4})-(\d\d)", value):
        year, part = match.groups()
        if int(part) in SEASONS:
            return rf"(?:{'|'.join(SEASONS[int(part)])})(?: (?:van|de|des))? {year}(?!\d)"
        return _year_month(value)
    if match := re.fullmatch(r"(\d{4})/(\d{4})", value):
        first, last = match.groups()
        return rf"(?<!\d){first} ?(?:-|/|à|tot(?: en met)?|et|en) ?{last}(?!\d)"
    for form in (_date, _year):
        try:
            return form(value)
        except Malformed:
            continue
    raise Malformed(
        f"{value!r} is not a date that we know in writing; EDTF here is yyyy, yyyy-ss or yyyy/yyyy"
    )


def _number(value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise Malformed(f"{value!r} is not a number") from error
    forms = [f"{_BEFORE}{_digits(number)}{_AFTER}"]
    if number == int(number) and int(number) in WORDS:
        forms += [rf"\b(?:{'|'.join(WORDS[int(number)].split())})\b"]
    for scale, words in _SCALES.items():
        if number >= scale / 100:
            forms.append(rf"{_BEFORE}{_digits(number / scale)} (?:{words})\b")
    return "|".join(forms)


def _digits(number: Decimal) -> str:
    whole, _, fraction = f"{number.normalize():f}".partition(".")
    groups = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", "[. ]?", whole)
    return rf"{groups}[.,] ?{fraction}0*" if fraction else rf"{groups}(?:,0+)?"


def _duration(value: str) -> str:
    if not re.fullmatch(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?", value):
        raise Malformed(f"{value!r} is not a duration; it is written P1Y, P6M ...")
    if value not in DURATIONS:
        raise Malformed(f"{value!r} is not a duration that we know in writing; add its words to DURATIONS")
    return DURATIONS[value]
