import pytest

from lesionlab.core.errors import StudyError
from lesionlab.records.study_strata import StudyStrata, read_strata, write_strata

TOLD = StudyStrata(
    {
        "a": {"dx_type": "histo", "age": "20 to 39", "sex": "female", "localization": "back, lower"},
        "b": {"dx_type": "", "age": "", "sex": "", "localization": ""},
    }
)


def test_what_is_written_reads_back_the_same_and_nothing_is_nothing(tmp_path):
    assert read_strata(tmp_path) is None
    write_strata(tmp_path, TOLD)
    assert read_strata(tmp_path) == TOLD


def test_values_follow_the_images_and_are_blank_where_nothing_is_told():
    assert TOLD.values("localization", ("b", "a", "strange")) == ["", "back, lower", ""]


def test_a_damaged_table_is_named(tmp_path):
    (tmp_path / "strata.csv").write_text("image_id,age\na,30\n")
    with pytest.raises(StudyError, match=r"strata\.csv is damaged"):
        read_strata(tmp_path)
