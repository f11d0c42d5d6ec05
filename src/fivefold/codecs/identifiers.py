"""What check digits and days in numbers say that states give to people, a function each."""

from datetime import date

from fivefold.codecs.checkdigits import luhn, mod_11_10, weighed

_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_HETU = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_PPS = "WABCDEFGHIJKLMNOPQRSTUV"
_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17),
            *(19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        ),
        strict=True,
    )
)


def is_day(day: str, month: str, year: str) -> bool:
    """Whether there is such a day in the last or in this century.

    Example:
        >>> is_day("29", "02", "00"), is_day("31", "04", "85")
        (True, False)
    """
    years = (int(year),) if len(year) == 4 else (1900 + int(year), 2000 + int(year))
    for each in years:
        try:
            return 1850 < date(each, int(month), int(day)).year < 2100
        except ValueError:
            continue
    return False


def nhs(n: str) -> bool:
    """Whether it is a UK NHS number."""
    return len(set(n)) > 1 and (11 - weighed(n, range(10, 1, -1)) % 11) % 11 == int(n[9])


def idnr(n: str) -> bool:
    """Whether it is a German tax number."""
    most, different = max(n[:10].count(sign) for sign in n[:10]), len(set(n[:10]))
    return (most, different) in {(2, 9), (3, 8)} and mod_11_10(n)


def nir(n: str) -> bool:
    """Whether it is a French social security number."""
    first = n[:13].replace("2A", "19", 1).replace("2B", "18", 1)
    return 97 - int(first) % 97 == int(n[13:])


def dni(n: str) -> bool:
    """Whether it is a Spanish DNI."""
    return _DNI[int(n[:-1]) % 23] == n[-1]


def nie(n: str) -> bool:
    """Whether it is a Spanish NIE."""
    return dni(str("XYZ".index(n[0])) + n[1:])


def codice(n: str) -> bool:
    """Whether it is an Italian codice fiscale."""
    even = sum(int(sign) if sign.isdigit() else ord(sign) - 65 for sign in n[1:15:2])
    return chr(65 + (even + sum(_ODD[sign] for sign in n[:15:2])) % 26) == n[15]


def pesel(n: str) -> bool:
    """Whether it is a Polish PESEL."""
    right = (10 - weighed(n, (1, 3, 7, 9) * 2 + (1, 3)) % 10) % 10 == int(n[10])
    return right and is_day(n[4:6], f"{int(n[2:4]) % 20:02d}", n[:2])


def cpf(n: str) -> bool:
    """Whether it is a Brazilian CPF."""
    first = weighed(n, range(10, 1, -1)) * 10 % 11 % 10
    second = weighed(n[:10], range(11, 1, -1)) * 10 % 11 % 10
    return len(set(n)) > 1 and n[9:] == f"{first}{second}"


def bsn(n: str) -> bool:
    """Whether it is a Dutch BSN."""
    return len(set(n)) > 1 and weighed(n, (*range(9, 1, -1), -1)) % 11 == 0


def personnummer(n: str) -> bool:
    """Whether it is a Swedish personnummer."""
    n = n[-10:]
    return luhn(n) and is_day(f"{int(n[4:6]) % 60:02d}", n[2:4], n[:2])


def hetu(n: str) -> bool:
    """Whether it is a Finnish hetu."""
    return is_day(n[:2], n[2:4], n[4:6]) and _HETU[int(n[:6] + n[-4:-1]) % 31] == n[-1]


def fodselsnummer(n: str) -> bool:
    """Whether it is a Norwegian number."""
    first = (11 - weighed(n, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11) % 11
    second = (11 - weighed(n, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11
    day = int(n[:2])
    right = n[9:] == f"{first}{second}"
    return right and is_day(str(day - 40 if day > 40 else day), n[2:4], n[4:6])


def cpr(n: str) -> bool:
    """Whether it is a Danish CPR number, which has a day and no check digit."""
    return is_day(n[:2], n[2:4], n[4:6])


def rijksregister(n: str) -> bool:
    """Whether it is a Belgian number."""
    right = int(n[9:]) in {97 - int(n[:9]) % 97, 97 - int("2" + n[:9]) % 97}
    return right and is_day(n[4:6], f"{int(n[2:4]) % 20:02d}", n[:2])


def cnp(n: str) -> bool:
    """Whether it is a Romanian CNP."""
    check = weighed(n, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return (1 if check == 10 else check) == int(n[12]) and is_day(n[5:7], n[3:5], n[1:3])


def rodne_cislo(n: str) -> bool:
    """Whether it is a Czech or Slovak number."""
    right = int(n) % 11 == 0 or (int(n[:9]) % 11 == 10 and n[9] == "0")
    return right and is_day(n[4:6], f"{int(n[2:4]) % 50 % 20:02d}", n[:2])


def isikukood(n: str) -> bool:
    """Whether it is an Estonian or Lithuanian number."""
    check = weighed(n, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if check == 10:
        check = weighed(n, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return check == int(n[10]) and is_day(n[5:7], n[3:5], n[1:3])


def egn(n: str) -> bool:
    """Whether it is a Bulgarian EGN."""
    right = weighed(n, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == int(n[9])
    return right and is_day(n[4:6], f"{int(n[2:4]) % 20:02d}", n[:2])


def nif(n: str) -> bool:
    """Whether it is a Portuguese NIF."""
    check = 11 - weighed(n, range(9, 1, -1)) % 11
    return (0 if check > 9 else check) == int(n[8])


def ahv(n: str) -> bool:
    """Whether it is a Swiss AHV number."""
    return (10 - weighed(n[:12], (1, 3) * 6) % 10) % 10 == int(n[12])


def svnr(n: str) -> bool:
    """Whether it is an Austrian insurance number."""
    check = weighed(n, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11
    return check == int(n[3]) and is_day(n[4:6], n[6:8], n[8:])


def pps(n: str) -> bool:
    """Whether it is an Irish PPS number."""
    second = ord(n[8]) - 64 if len(n) == 9 and n[8] != "W" else 0
    return _PPS[(weighed(n[:7], range(8, 1, -1)) + 9 * second) % 23] == n[7]


def amka(n: str) -> bool:
    """Whether it is a Greek AMKA."""
    return luhn(n) and is_day(n[:2], n[2:4], n[4:6])


def kimlik(n: str) -> bool:
    """Whether it is a Turkish number."""
    digits = [int(sign) for sign in n]
    tenth = (7 * sum(digits[:9:2]) - sum(digits[1:8:2])) % 10
    return tenth == digits[9] and sum(digits[:10]) % 10 == digits[10]


def za(n: str) -> bool:
    """Whether it is a South African number."""
    return luhn(n) and is_day(n[4:6], n[2:4], n[:2])


def china(n: str) -> bool:
    """Whether it is a Chinese number."""
    check = weighed(n, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))
    return "10X98765432"[check % 11] == n[17] and is_day(n[12:14], n[10:12], n[6:10])


def korea(n: str) -> bool:
    """Whether it is a Korean number."""
    check = (11 - weighed(n, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return check == int(n[12]) and is_day(n[4:6], n[2:4], n[:2])


def nric(n: str) -> bool:
    """Whether it is a Singaporean NRIC."""
    total = weighed(n[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(n[0], 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}
    return letters.get(n[0], "XWUTRQPMLKN")[total % 11] == n[8]


def rut(n: str) -> bool:
    """Whether it is a Chilean RUT."""
    check = 11 - weighed(n[-2::-1], (2, 3, 4, 5, 6, 7, 2, 3)) % 11
    return {11: "0", 10: "K"}.get(check, str(check)) == n[-1]


def tfn(n: str) -> bool:
    """Whether it is an Australian tax file number."""
    return weighed(n, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def my_number(n: str) -> bool:
    """Whether it is a Japanese number."""
    check = 11 - weighed(n[-2::-1], (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)) % 11
    return (0 if check > 9 else check) == int(n[11])


def thai(n: str) -> bool:
    """Whether it is a Thai number."""
    return (11 - weighed(n, range(13, 1, -1)) % 11) % 10 == int(n[12])


def ssn(n: str) -> bool:
    """Whether it is a US social security number, which has ranges that were never given out."""
    return n[:3] not in {"000", "666"} and n[0] != "9" and n[3:5] != "00" and n[5:] != "0000"


def is_form(n: str) -> bool:
    """Whether it is a number that its form alone tells."""
    return True
