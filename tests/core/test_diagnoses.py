import pytest

from lesionlab.core.diagnoses import HAM10000_CODES, HAM10000_DIAGNOSES, describe, find_diagnosis
from lesionlab.core.errors import InputError


def test_the_order_is_fixed_because_models_depend_on_it():
    assert HAM10000_CODES == ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")


def test_three_are_malignant_or_on_the_way():
    assert {d.code for d in HAM10000_DIAGNOSES if d.malignant} == {"akiec", "bcc", "mel"}


def test_an_unknown_code_names_the_nearest():
    with pytest.raises(InputError, match="Did you mean 'mel'"):
        find_diagnosis("mell")
    assert find_diagnosis("df").name == "Dermatofibroma"


def test_a_class_of_another_list_describes_itself():
    assert describe("wart").name == "wart"
