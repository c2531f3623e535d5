from lesionlab.study.claims import claim, claimed


def test_a_claim_is_one_s_alone_and_ends_with_its_block(tmp_path):
    assert not claimed(tmp_path, "work")
    with claim(tmp_path, "work") as held, claim(tmp_path, "work") as other:
        assert (held, other) == (True, False)
        assert claimed(tmp_path, "work")
        assert not claimed(tmp_path, "other work")
    assert not claimed(tmp_path, "work")
    with claim(tmp_path, "work") as again:
        assert again
