def test_the_deletion_test_is_told_with_its_n(run, own_models, tiny_set):
    result = run("classifier", "maps", "--model", "judge", "--data", "tiny", "--count", "8")
    assert result.exit_code == 0, result.output
    assert "tiny, validation: " in result.stdout
    assert "sooner by the map than at random" in result.stdout
    assert run("classifier", "maps", "--model", "judge", "--data", "tiny", "--count", "0").exit_code == 2
