"""Project codes of both generations, credit codes and the regions of Ordos."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.projects.codes import (
    REGIONS,
    BadCode,
    body_check,
    credit_check,
    find_region,
    read_credit_code,
    read_project_code,
)

VALID_CREDIT = (
    "91350100M000100Y43",
    "914403001922038216",
    "91440300708461136T",
    "91110000802100433B",
)


def test_a_code_of_the_present_generation_is_year_month_region_and_number() -> None:
    code = read_project_code("2601-150622-04-01-123456")
    assert (code.year, code.month, code.region_code) == (2026, 1, "150622")
    assert (code.department, code.kind, code.serial, code.check) == ("04", "01", "12345", "6")
    assert not code.changed


def test_a_code_of_the_older_generation_starts_with_its_year() -> None:
    code = read_project_code("2019-150622-44-03-012345")
    assert (code.year, code.month, code.serial, code.check) == (2019, None, "012345", None)


def test_2012_is_december_of_2020_as_no_code_is_older_than_2013() -> None:
    assert (read_project_code("2012-150622-04-01-123456").year) == 2020
    assert (read_project_code("2012-150622-04-01-123456").month) == 12


@pytest.mark.parametrize(
    "source",
    [
        "２６０１－１５０６２２－０４－０１－１２３４５６",
        "2601—150622–04−01一123456",
        " 2601 -150622- 04-01-123456\n",
        "26011506220401123456",
        "2601.150622.04.01.123456",
    ],
)
def test_a_code_written_loosely_is_put_right_and_says_so(source: str) -> None:
    code = read_project_code(source)
    assert code.text == "2601-150622-04-01-123456"
    assert code.changed


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("2613-150622-04-01-123456", "月份是13"),
        ("2600-150622-04-01-123456", "月份是00"),
        ("2601-150629-04-01-123456", "区划代码“150629”不存在"),
        ("2601-990100-04-01-123456", "区划代码“990100”不存在"),
        ("2601-150622-04-01-12345", "共20位数字"),
        ("260１-15O622-04-01-123456", "共20位数字"),
        ("", "共20位数字"),
    ],
)
def test_a_wrong_project_code_is_named_with_its_fault_and_a_cure(source: str, fault: str) -> None:
    with pytest.raises(BadCode) as caught:
        read_project_code(source)
    assert f"项目代码“{source}”" in str(caught.value)
    assert fault in str(caught.value)
    assert caught.value.cure in str(caught.value)


@pytest.mark.parametrize("region", ["150000", "150600", "150671", "000000", "110105"])
def test_codes_given_by_the_nation_the_region_or_a_zone_are_accepted(region: str) -> None:
    assert read_project_code(f"2601-{region}-04-01-123456").region_code == region


def test_the_check_digit_is_unverified_until_a_rule_for_it_is_given() -> None:
    assert not read_project_code("2601-150622-04-01-123456").verified
    assert read_project_code("2601-150622-04-01-123456", check_digit=lambda _: "6").verified
    with pytest.raises(BadCode, match="末位校验码应为7"):
        read_project_code("2601-150622-04-01-123456", check_digit=lambda _: "7")


@pytest.mark.parametrize("code", VALID_CREDIT)
def test_known_credit_codes_are_valid(code: str) -> None:
    assert read_credit_code(code) == code
    assert body_check(code[8:16]) == code[16]
    assert credit_check(code[:17]) == code[17]


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("91350100M000100Y4", "是17位"),
        ("91350100M000100Y4O", "字符O"),
        ("91350100M000100Y44", "校验不符"),
        ("", "是0位"),
    ],
)
def test_a_wrong_credit_code_is_named(source: str, fault: str) -> None:
    with pytest.raises(BadCode, match=fault):
        read_credit_code(source)


def test_a_credit_code_in_full_width_or_small_letters_is_put_right() -> None:
    assert read_credit_code("９１３５0100 m000100y43") == "91350100M000100Y43"


@given(st.sampled_from(VALID_CREDIT), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGH"))
def test_any_one_wrong_character_of_a_credit_code_is_noticed(
    code: str, place: int, other: str
) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    if wrong != code:
        with pytest.raises(BadCode):
            read_credit_code(wrong)


@given(st.text(max_size=30))
def test_no_text_brings_anything_but_a_code_or_a_bad_code(text: str) -> None:
    for read in (read_credit_code, read_project_code):
        with contextlib.suppress(BadCode):
            read(text)
    find_region(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("准格尔旗", "150622"),
        ("准旗", "150622"),
        ("准格尔", "150622"),
        ("150622", "150622"),
        (" １５０６２２ ", "150622"),
        ("鄂尔多斯市准格尔旗大路镇", "150622"),
        ("内蒙古鄂尔多斯市", "150600"),
        ("鄂托克旗", "150624"),
        ("鄂托克前旗", "150623"),
        ("鄂尔多斯市伊旗", "150627"),
    ],
)
def test_a_place_is_found_by_name_short_name_code_or_address(text: str, code: str) -> None:
    region = find_region(text)
    assert region is not None
    assert region.code == code


@pytest.mark.parametrize("text", ["", "包头市", "准格尔旗、达拉特旗", "150628", "旗"])
def test_a_place_elsewhere_or_in_two_banners_is_not_guessed(text: str) -> None:
    assert find_region(text) is None


def test_ordos_is_one_city_two_districts_and_seven_banners() -> None:
    assert [region.name[-1] for region in REGIONS].count("区") == 2
    assert [region.name[-1] for region in REGIONS].count("旗") == 7
    assert len(REGIONS) == 10
