"""What the name of a column says of the people in it, in several languages, word by word."""

import re
import unicodedata
from typing import NamedTuple

from fivefold.codecs.nationalnumbers import NATIONAL

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[^\W\d_])(?=\d)")
_WORD = re.compile(r"[^\W_]+")
_ASIDE = """\
count length len is has hash hashed freq frequency missing valid verified encoded flag score \
similarity match matches n nb type provider domain file dish product item brand"""
_COUNTED = frozenset(_ASIDE.split())
"""Words beside which a column tells something of the names and numbers, and not these."""

_NAMES = """\
name: surname|sur name|last name|lastname|family name|familyname|first name|firstname|forename|\
given name|givenname|middle name|maiden name|full name|fullname|person name|customer name|\
client name|patient name|employee name|student name|passenger name|contact name|cardholder|\
cardholder name|card holder name|holder name|guest name|tenant name|applicant name|borrower name|\
donor name|spouse name|mother name|father name|nachname|vorname|familienname|geburtsname|\
kundenname|prenom|nom de famille|nom prenom|apellido|apellidos|nombre completo|\
nombre cliente|cognome|nome cognome|nome completo|sobrenome|apelido|voornaam|achternaam|\
nazwisko|imie|fornamn|efternamn|fornavn|etternavn|efternavn|etunimi|sukunimi|jmeno|prijmeni|\
keresztnev|vezeteknev|soyad|soyadi|prenume|ime prezime|prezime|фамилия|имя|отчество|фио|姓名|\
氏名|お名前|성명|επωνυμο
date of birth: dob|date of birth|birth date|birthdate|birthday|birth day|geburtsdatum|geburtstag|\
geb datum|fecha de nacimiento|fecha nacimiento|date de naissance|date naissance|data di nascita|\
data nascita|data de nascimento|data nascimento|geboortedatum|data urodzenia|fodelsedatum|\
fodselsdato|syntymaaika|datum narozeni|дата рождения|出生日期|生年月日|생년월일
telephone number: phone|telephone|phone number|phonenumber|telephone number|mobile|mobile number|\
cell phone|cellphone|tel|tel no|fax|fax number|telefon|telefonnummer|handy|handynummer|\
mobilnummer|telefono|movil|celular|cellulare|telefone|telemovel|telephone portable|telefoon|\
telefoonnummer|puhelin|puhelinnumero|телефон|手机|手机号|电话|電話番号|전화번호
street address: address|street|street address|home address|postal address|mailing address|\
billing address|shipping address|adresse|anschrift|strasse|direccion|domicilio|calle|indirizzo|\
via|endereco|rua|adres|straat|ulica|adress|gatuadress|katuosoite|адрес|地址|住所|주소
passport number: passport|passport number|passport no|passportnumber|reisepass|reisepassnummer|\
passeport|pasaporte|passaporto|passaporte|paspoort|паспорт|护照号
licence number: driving licence|driving license|drivers license|drivers licence|driver license|\
driver licence|license plate|licence plate|number plate|plate number|fuhrerschein|kennzeichen|\
permis de conduire|matricula|targa|patente di guida
national number: national id|national id number|national identity number|identity number|\
id card|id card number|personal id number|personal identification number|personalausweis|\
ausweisnummer|carte identite|cedula|documento identidad|身份证|身份证号|住民登録|주민등록번호
account number: iban|account number|bank account|bank account number|kontonummer|\
numero de compte|numero de cuenta|routing number|sort code
card number: card number|cardnumber|credit card|credit card number|creditcard|\
cc number|ccnumber|cc num|pan number|kreditkarte|kreditkartennummer|carte bancaire|numero tarjeta|\
银行卡号
card check number: cvv|cvc|cvv2|cvc2
insurance number: medical record number|mrn|health insurance number|insurance number|\
krankenversichertennummer|versichertennummer|social insurance number
latitude: lat|latitude|gps lat|breitengrad|latitud|latitudine
longitude: lon|lng|long|longitude|gps lon|gps lng|langengrad|longitud|longitudine"""


def _table() -> dict[tuple[str, ...], str]:
    table: dict[tuple[str, ...], str] = {}
    for line in _NAMES.splitlines():
        kind, words = line.split(": ", 1)
        table |= {tuple(words_of(phrase)): kind for phrase in words.split("|")}
    for one in NATIONAL:
        table |= {tuple(words_of(phrase)): one.name for phrase in one.words.split("|")}
    return table


def words_of(name: str) -> list[str]:
    """The words of a name in small letters without accents, however they are joined.

    Example:
        >>> words_of("CustomerFirstName_2"), words_of("Prénom")
        (['customer', 'first', 'name', '2'], ['prenom'])
    """
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return [word.casefold() for word in _WORD.findall(_CAMEL.sub(" ", plain))]


class Heading(NamedTuple):
    """What a name says.

    Attributes:
        kind: of what points to a person.
        words: of the name that say so.
        whole: whether it is the whole name.
    """

    kind: str
    words: tuple[str, ...]
    whole: bool


_TABLE = _table()
_LONGEST = max(map(len, _TABLE))


def heading(name: str) -> Heading | None:
    """What a column's name says that its cells are of people; None if it does not.

    Example:
        >>> heading("customerSurname").kind, heading("filename"), heading("surname_length")
        ('name', None, None)
    """
    words = words_of(name)
    if not words or not _COUNTED.isdisjoint(words):
        return None
    for size in range(min(_LONGEST, len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            found = tuple(words[start : start + size])
            if found in _TABLE:
                return Heading(_TABLE[found], found, size == len(words))
    return None
