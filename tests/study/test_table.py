from lesionlab.study.outcome import COVERAGE, GRID, KID, outcome
from lesionlab.study.page import columns
from lesionlab.study.table import NOT_YET, rows, ruler_rows


def test_a_row_a_step_with_its_mean_its_seeds_and_what_it_changes(ladder, done):
    found = outcome(ladder, done)
    told = rows(found, columns(found))
    assert [row.title for row in told] == [arm.title for arm in ladder.steps()]
    assert (told[0].cells[0].mean, told[0].cells[0].seeds) == ("0.1050", "0.1000, 0.1100")
    assert (told[0].changes, told[0].without) == ("", ())
    by_title = {row.title: row for row in told}
    assert by_title["Flips and quarter turns"].changes == "symmetries=true"
    assert "generator_lr=4.5e-05" in by_title["Spectral norm, hinge loss"].changes


def test_the_recipe_without_a_step_says_all_that_it_leaves_out(ladder, done):
    told = {row.title: row for row in rows(outcome(ladder, done), columns(outcome(ladder, done)))}
    first = told["Spectral norm, hinge loss"]
    assert first.without_title == "Without: Spectral norm, hinge loss; Conditional batch norm, projection"
    assert first.without[0].mean == "0.0210"
    last = told["Balanced consistency"]
    assert last.without_title == "Without: Balanced consistency"
    assert last.without == told["Lazy gradient penalty"].cells


def test_what_is_not_done_is_told_as_such(ladder, done):
    found = outcome(ladder, done[:1])
    told = rows(found, columns(found))
    assert told[0].cells[0].seeds == f"0.1000, {NOT_YET}"
    assert {cell.mean for row in told[1:] for cell in (*row.cells, *row.without)} == {NOT_YET}


def test_rulers_have_a_row_each_and_a_gap_where_a_figure_has_none(ladder, done):
    told = dict(ruler_rows(outcome(ladder, done), (KID, COVERAGE, GRID)))
    assert told == {
        "real images": ("0.0010", NOT_YET, NOT_YET),
        "blur 2 px": ("0.0500", NOT_YET, NOT_YET),
        "blur 4 px": ("9.0000", NOT_YET, NOT_YET),
    }


def test_sizes_have_no_leave_one_out(sizes, done_sizes):
    found = outcome(sizes, done_sizes)
    told = rows(found, columns(found))
    assert [row.without for row in told] == [()] * 3
    assert [cell.mean for cell in told[0].cells] == ["0.1000", "0.300", "0.200", "0.400", "0.300"]
