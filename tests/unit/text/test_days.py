"""Days: the forms in which languages write a full day."""

from datetime import date

import pytest

from index.text.days import read_numeric_day, read_written_day


@pytest.mark.parametrize(
    "text",
    [
        "9 March 2026",
        "the 9th of March, 2026",
        "8:05 AM EST, Mon March 9, 2026",
        "9 March 2026 • 7:00pm",
        "00.01 GMT, MONDAY 9 MARCH 2026",
        "le lundi 9 mars 2026 à 10h30",
        "9. März 2026, 10:30 Uhr",
        "lunes, 9 de marzo de 2026",
        "9 maart 2026 om 10:30",
        "poniedziałek, 9 marca 2026",
        "2026. március 9.",
        "9 Mart 2026 Pazartesi",
        "9 марта 2026 года, 10:30",
        "9 Μαρτίου 2026",
        "9 במרץ 2026",
        "٩ مارس ٢٠٢٦",
        "9 मार्च 2026",
        "ngày 9 tháng 3 năm 2026",
        "2026年3月9日(月) 10時30分",
        "2026年03月09日10:30",
        "2026년 3월 9일 월요일 오전 10:30",
        "2026-03-09 10:30:00 +0530",
        "09.03.2026",
    ],
)
def test_a_day_is_read_with_its_weekday_and_time(text: str) -> None:
    assert read_written_day(text) == date(2026, 3, 9)


@pytest.mark.parametrize(
    "text",
    [
        "05/02/2026",
        "9 March",
        "31 February 2026",
        "9 March 2026, 10 March 2026",
        "The pass was closed on 9 March 2026",
        "9 listopada 2026",  # November in Polish, October in Croatian
        "9 March 1066",
        "",
    ],
)
def test_what_is_no_certain_day_is_not_read(text: str) -> None:
    assert read_written_day(text) is None


@pytest.mark.parametrize(
    "text",
    ["06/02/2026 10:30 a.m. PT", "do dia 04/02/2026", "05/02/2026, 9 p.m. WT", "di 02/03/2026", "so 01/02/2026 10:30"],
)
def test_a_zone_or_another_word_is_no_weekday(text: str) -> None:
    numeric = read_numeric_day(text)
    assert numeric
    assert numeric.certain is None


@pytest.mark.parametrize("text", ["Sat 07/02/2026 10:30 PT", "za 07-02-2026", "sáb, 07/02/2026", "сб 07/02/2026"])
def test_an_unambiguous_short_weekday_decides(text: str) -> None:
    numeric = read_numeric_day(text)
    assert numeric
    assert numeric.certain == date(2026, 2, 7)
