"""Numbers that states give to people: how each is written, and what its check digits say."""

import re
from collections.abc import Callable
from typing import NamedTuple

from fivefold.codecs import identifiers as of
from fivefold.codecs.checkdigits import luhn, mod_11_10, verhoeff


class NationalNumber(NamedTuple):
    """A number of people that a state gives out.

    Attributes:
        name: how it is told.
        form: of its letters and digits, marks between them left out.
        holds: whether check digits, and a date in it, are right.
        chance: that those of letters and digits of this form, drawn by chance, are.
        words: that name it, in the name of a column or beside it.
        written: how it stands in a text where its marks tell it; empty where it is mere digits.
    """

    name: str
    form: str
    holds: Callable[[str], bool]
    chance: float
    words: str
    written: str = ""


FEW = 0.05
"""The chance of a check above which a column of mere digits needs a name that says what they are:
order numbers have check digits too."""

NATIONAL = (
    NationalNumber("UK NHS number", r"\d{10}", of.nhs, 0.09, "nhs", r"\d{3} \d{3} \d{4}"),
    NationalNumber(
        "UK national insurance number",
        r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]",
        of.is_form,
        1.0,
        "nino|national insurance|ni number",
        r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
    ),
    NationalNumber(
        "US social security number",
        r"\d{9}",
        of.ssn,
        0.89,
        "ssn|social security|soc sec",
        r"\d{3}-\d{2}-\d{4}",
    ),
    NationalNumber(
        "German tax number",
        r"[1-9]\d{10}",
        of.idnr,
        0.004,
        "steuer id|steueridentifikationsnummer|steuerid|idnr|tax id|tin",
    ),
    NationalNumber(
        "French social security number",
        r"[1-478]\d{4}(?:\d\d|2[AB])\d{8}",
        of.nir,
        0.0105,
        "nir|insee|securite sociale|numero secu",
        r"[12] \d\d \d\d (?:\d\d|2[AB]) \d{3} \d{3} \d\d",
    ),
    NationalNumber(
        "Spanish DNI", r"\d{8}[A-Z]", of.dni, 0.0385, "dni|nif", r"\d{8}-?[A-HJ-NP-TV-Z]"
    ),
    NationalNumber(
        "Spanish NIE", r"[XYZ]\d{7}[A-Z]", of.nie, 0.0436, "nie", r"[XYZ]-?\d{7}-?[A-HJ-NP-TV-Z]"
    ),
    NationalNumber(
        "Italian codice fiscale",
        r"[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]",
        of.codice,
        0.0385,
        "codice fiscale|codicefiscale",
        r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]",
    ),
    NationalNumber("Polish PESEL", r"\d{11}", of.pesel, 0.018, "pesel"),
    NationalNumber("Brazilian CPF", r"\d{11}", of.cpf, 0.01, "cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}"),
    NationalNumber(
        "Indian Aadhaar number",
        r"[2-9]\d{11}",
        verhoeff,
        0.1,
        "aadhaar|aadhar|uidai",
        r"[2-9]\d{3} \d{4} \d{4}",
    ),
    NationalNumber(
        "Indian PAN",
        r"[A-Z]{3}P[A-Z]\d{4}[A-Z]",
        of.is_form,
        1.0,
        "pan",
        r"[A-Z]{3}P[A-Z]\d{4}[A-Z]",
    ),
    NationalNumber("Dutch BSN", r"\d{9}", of.bsn, 0.091, "bsn|burgerservicenummer|sofinummer"),
    NationalNumber(
        "Swedish personnummer",
        r"(?:19|20)?\d{10}",
        of.personnummer,
        0.008,
        "personnummer|personnr|samordningsnummer",
        r"(?:19|20)?\d{6}[-+]\d{4}",
    ),
    NationalNumber(
        "Finnish hetu",
        r"\d{6}[-+A-FU-Y]?\d{3}[0-9A-FHJ-NPR-Y]",
        of.hetu,
        0.0012,
        "hetu|henkilotunnus",
        r"\d{6}[-+A]\d{3}[0-9A-FHJ-NPR-Y]",
    ),
    NationalNumber(
        "Norwegian fodselsnummer", r"\d{11}", of.fodselsnummer, 0.0004, "fodselsnummer|fnr"
    ),
    NationalNumber("Danish CPR number", r"\d{10}", of.cpr, 1.0, "cpr|personnummer", r"\d{6}-\d{4}"),
    NationalNumber(
        "Belgian national number",
        r"\d{11}",
        of.rijksregister,
        0.004,
        "rijksregisternummer|registre national|rrn",
        r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}",
    ),
    NationalNumber("Romanian CNP", r"[1-9]\d{12}", of.cnp, 0.004, "cnp"),
    NationalNumber(
        "Czech or Slovak birth number",
        r"\d{10}",
        of.rodne_cislo,
        0.02,
        "rodne cislo|rc",
        r"\d{6}/\d{4}",
    ),
    NationalNumber(
        "Baltic personal code", r"[1-6]\d{10}", of.isikukood, 0.004, "isikukood|asmens kodas"
    ),
    NationalNumber("Bulgarian EGN", r"\d{10}", of.egn, 0.018, "egn"),
    NationalNumber("Croatian OIB", r"\d{11}", mod_11_10, 0.1, "oib"),
    NationalNumber("Portuguese NIF", r"[123]\d{8}", of.nif, 0.1, "nif|contribuinte"),
    NationalNumber(
        "Swiss AHV number", r"756\d{10}", of.ahv, 0.0001, "ahv|avs", r"756\.\d{4}\.\d{4}\.\d{2}"
    ),
    NationalNumber(
        "Austrian insurance number", r"[1-9]\d{9}", of.svnr, 0.0033, "svnr|sozialversicherung"
    ),
    NationalNumber("Irish PPS number", r"\d{7}[A-W][A-IW]?", of.pps, 0.0436, "pps|ppsn"),
    NationalNumber("Greek AMKA", r"\d{11}", of.amka, 0.004, "amka"),
    NationalNumber("Turkish kimlik number", r"[1-9]\d{10}", of.kimlik, 0.01, "kimlik|tckn|tc no"),
    NationalNumber("Israeli identity number", r"\d{9}", luhn, 0.1, "teudat zehut|mispar zehut"),
    NationalNumber(
        "South African ID", r"\d{10}[012]\d{2}", of.za, 0.0037, "rsa id|south african id"
    ),
    NationalNumber("Chinese identity number", r"[1-9]\d{16}[\dX]", of.china, 1e-5, "shenfenzheng"),
    NationalNumber(
        "Korean registration number",
        r"\d{13}",
        of.korea,
        0.0037,
        "rrn|jumin",
        r"\d{6}-[1-8]\d{6}",
    ),
    NationalNumber("Singaporean NRIC", r"[STFGM]\d{7}[A-Z]", of.nric, 0.0385, "nric|fin"),
    NationalNumber(
        "Chilean RUT", r"\d{7,8}[\dK]", of.rut, 0.091, "rut|run", r"\d{1,2}\.\d{3}\.\d{3}-[\dK]"
    ),
    NationalNumber("Australian tax file number", r"\d{9}", of.tfn, 0.091, "tfn|tax file"),
    NationalNumber(
        "Canadian SIN", r"\d{9}", luhn, 0.1, "sin|social insurance", r"\d{3} \d{3} \d{3}"
    ),
    NationalNumber("Japanese My Number", r"\d{12}", of.my_number, 0.091, "my number|kojin bango"),
    NationalNumber("Thai identity number", r"[1-8]\d{12}", of.thai, 0.1, "thai id|pid"),
)

COMPILED = tuple((one, re.compile(one.form)) for one in NATIONAL)
