from lesionlab.web.data_address import data_address


def test_a_data_address_holds_the_png() -> None:
    assert data_address(b"abc") == "data:image/png;base64,YWJj"
