"""No mobile goes out in any dress; an identity number goes out masked; codes stay as they are."""

import pytest

from workflows.disclosure.fitness import NotForThePublic, fit_for_public


@pytest.mark.parametrize(
    "text",
    [
        "13800471234",
        "王某 138 0047 1234",
        "138-0047-1234",
        "+8613800471234",
        "86-138-0047-1234",
        "１３８００４７１２３４",
    ],
)
def test_a_mobile_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(NotForThePublic) as refused:
        fit_for_public({"people": [{"post": text}]}, place="承诺")
    assert "0047" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "0477-0001234",
        "2020-150622-44-01-000000",
        "91150622MA0N000000",
        "1380047",
        "202601121234567",
    ],
)
def test_office_lines_and_codes_stay(text: str) -> None:
    assert fit_for_public([text]) == [text]


def test_an_identity_number_is_masked() -> None:
    assert fit_for_public("法人 15062219800101123X 等") == "法人 150*************** 等"
