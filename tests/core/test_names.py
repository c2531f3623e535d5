from lesionlab.core.names import a, did_you_mean, nearest


def test_close_names_are_found_and_far_ones_are_listed():
    known = ("total_kimg", "batch_size")
    assert nearest("total_kimgs", known) == "total_kimg"
    assert nearest("zzz", known) is None
    assert did_you_mean("batchsize", known) == "Did you mean 'batch_size'?"
    assert did_you_mean("zzz", known) == "Known: total_kimg, batch_size."


def test_article_goes_by_the_first_letter():
    assert [a(noun) for noun in ("generator", "extractor", "")] == ["a generator", "an extractor", "a "]
