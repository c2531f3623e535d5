from lesionlab.evaluation.confusion_table import confusion_table


def test_rows_columns_and_shares():
    head, melanoma, nevus = confusion_table(("mel", "nv"), ((3, 1), (0, 0)))
    assert head.split() == ["mel", "nv"]
    assert melanoma.split() == ["mel", "3", "1", "recall", "0.750", "n", "=", "4", "Melanoma"]
    assert "recall   -  " in nevus
