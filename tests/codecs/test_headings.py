import pytest

from fivefold.codecs.headings import heading


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("customerSurname", "name"),
        ("Prénom", "name"),
        ("date_of_birth", "date of birth"),
        ("Geburtsdatum", "date of birth"),
        ("SSN", "US social security number"),
        ("Passport No", "passport number"),
        ("home address 2", "street address"),
        ("身份证号", "national number"),
        ("MobileNumber", "telephone number"),
    ],
)
def test_names_of_columns_say_what_stands_there_in_several_languages(name, kind):
    assert heading(name).kind == kind


@pytest.mark.parametrize(
    "name", ["name_of_dish", "filename", "surname_length", "phone_type", "customerID", "is_dob", ""]
)
def test_names_that_only_sound_alike_say_nothing(name):
    assert heading(name) is None
