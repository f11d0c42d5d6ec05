import pytest

from fivefold.codecs.nationalnumbers import COMPILED

GIVEN = {
    "UK NHS number": "9434765919",
    "US social security number": "536904399",
    "German tax number": "86095742719",
    "French social security number": "295109912611193",
    "Spanish DNI": "54362315K",
    "Spanish NIE": "X2482300W",
    "Italian codice fiscale": "RCCMNL83S18D969H",
    "Polish PESEL": "44051401359",
    "Brazilian CPF": "39053344705",
    "Indian Aadhaar number": "234123412346",
    "Dutch BSN": "111222333",
    "Swedish personnummer": "8803200016",
    "Finnish hetu": "311280-888Y",
    "Norwegian fodselsnummer": "15108695088",
    "Belgian national number": "85073003328",
    "Romanian CNP": "1630615123457",
    "Czech or Slovak birth number": "7103192745",
    "Baltic personal code": "36805280109",
    "Bulgarian EGN": "7523169263",
    "Croatian OIB": "33392005961",
    "Portuguese NIF": "123456789",
    "Swiss AHV number": "7569217076985",
    "Austrian insurance number": "1237010180",
    "Irish PPS number": "6433435F",
    "Greek AMKA": "01013099997",
    "Turkish kimlik number": "17291716060",
    "South African ID": "7503305044089",
    "Chinese identity number": "360426199101010071",
    "Korean registration number": "9710139019902",
    "Singaporean NRIC": "S1234567D",
    "Chilean RUT": "125319092",
    "Australian tax file number": "123456782",
    "Canadian SIN": "123456782",
    "Japanese My Number": "123456789018",
    "Thai identity number": "1101700230708",
}
"""Numbers that the descriptions of these give as examples."""


@pytest.mark.parametrize(("name", "number"), GIVEN.items())
def test_a_number_as_it_is_given_out_holds_and_none_with_another_digit_does(name, number):
    found = [(one, form) for one, form in COMPILED if one.name == name]
    (one, form), *_ = found
    assert one.holds(number)
    if one.chance < 0.5:
        place = max(at for at, sign in enumerate(number[:-1]) if sign.isdigit())
        others = [number[:place] + sign + number[place + 1 :] for sign in "0123456789"]
        right = [text for text in others if form.fullmatch(text) and one.holds(text)]
        assert number in right
        assert len(right) <= 2
