import pytest
from django.core.exceptions import ValidationError

from core import identity
from tests.workers.factories import id_number
from workers import id_papers
from workers.enums import IdType

RIGHT = {
    IdType.OFFICER: "军字第1234567号",
    IdType.POLICE_OFFICER: "武字第1234567号",
    IdType.SOLDIER: "士字第1234567号",
    IdType.RETIRED_CADRE: "离字第123456号",
    IdType.DISABLED_SOLDIER: "云军A123456",
    IdType.PASSPORT: "E12345678",
    IdType.HM_RETURN: "H1234567890",
    IdType.HM_PASS: "M12345678",
    IdType.PRC_HM_PASS: "C12345678",
    IdType.TAIWAN_PASS: "12345678",
    IdType.MAINLAND_TAIWAN_PASS: "L12345678",
    IdType.DIPLOMAT: "D123456",
    IdType.CONSUL: "C123456",
    IdType.SEAMAN: "A12345678",
    IdType.HONG_KONG: "A123456(3)",
}


def test_every_kind_is_held_to_something():
    for kind in IdType:
        with pytest.raises(ValidationError):
            id_papers.check(kind, "？")


@pytest.mark.parametrize(("kind", "number"), RIGHT.items())
def test_right_numbers_pass(kind, number):
    assert id_papers.check(kind, f" {number.lower()} ") == number


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (IdType.PASSPORT, "ABCDEFG"),
        (IdType.PASSPORT, "E1"),
        (IdType.HM_PASS, "X12345678"),
        (IdType.HM_PASS, "H123456789"),
        (IdType.TAIWAN_PASS, "1234567"),
        (IdType.HONG_KONG, "A123456(4)"),
        (IdType.DISABLED, "12345678901234567843"),
        (IdType.SEAMAN, "12345678"),
    ],
)
def test_wrong_numbers_do_not(kind, number):
    with pytest.raises(ValidationError) as refused:
        id_papers.check(kind, number)
    assert number not in str(refused.value)


def test_a_disabled_persons_number_tells_birth_and_gender():
    number = id_papers.check(IdType.DISABLED, id_number(born="19850315") + "43")
    born, gender = id_papers.born_and_gender(IdType.DISABLED, number)
    assert (born.isoformat(), gender) == ("1985-03-15", identity.gender(number))
    assert id_papers.born_and_gender(IdType.PASSPORT, "E12345678") is None


def test_a_foreigners_permanent_residence_is_checked_like_an_id():
    body = "91184019850315001"
    number = body + identity.check_digit(body)
    assert id_papers.check(IdType.RESIDENT, number) == number
    assert identity.birth_date(number).year == 1985
    wrong = body + ("1" if number[-1] != "1" else "2")
    with pytest.raises(ValidationError, match="校验位"):
        id_papers.check(IdType.RESIDENT, wrong)
    assert id_papers.check(IdType.PASSPORT, "CAN110080010101") == "CAN110080010101"  # the card until 2023
