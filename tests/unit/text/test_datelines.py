"""Datelines: the forms that agencies use, and sentences that only look like one."""

from datetime import date

import pytest

from index.text.datelines import parse_date, read_dateline


@pytest.mark.parametrize(
    ("text", "published", "place", "outlet"),
    [
        (" date 2026-02-12 New Delhi: India and Canada have agreed", date(2026, 2, 12), "New Delhi", None),
        ("date 2026-02-12 India and Canada have agreed", date(2026, 2, 12), None, None),
        ("NEW DELHI, Feb 12 (Reuters) - Officials said", None, "New Delhi", "Reuters"),
        ("WASHINGTON (AP) — The Senate", None, "Washington", "AP"),
        ("New Delhi [India], February 12, 2026 (ANI): India", date(2026, 2, 12), "New Delhi", "ANI"),
        ("London: The mayor said that fares would rise.", None, "London", None),
        ("LONDON — Prices rose", None, "London", None),
        ("Geneva — Delegates met", None, "Geneva", None),
        ("Port-au-Prince, Haiti, 3 March 2025 — Gangs", date(2025, 3, 3), "Port-au-Prince, Haiti", None),
        ("WASHINGTON/LONDON, Jan 3 2026 (Reuters) - Talks", date(2026, 1, 3), "Washington/London", "Reuters"),
        ("OTTAWA, Feb. 7 -- Mr. Doval", None, "Ottawa", None),
        ("2026-02-12: Something happened", date(2026, 2, 12), None, None),
        ("Date 2026-02-12 New Delhi: Both signed", date(2026, 2, 12), "New Delhi", None),
        ("HALDEN, Norvia (AP) _ Snow closed", None, "Halden, Norvia", "AP"),
        ("Halden, Mar 9 (PTI) Snow closed", None, "Halden", "PTI"),
        ("HALDEN, March 9. /TASS/. Snow closed", None, "Halden", "TASS"),
        ("(ANSA) - HALDEN, MAR 9 - Snow closed", None, "Halden", "ANSA"),
        ("Halden, 9 mar (EFE).- Snow closed", None, "Halden", "EFE"),
        ("HALDEN, March 9, Kyodo - Snow closed", None, "Halden", "Kyodo"),
        ("Halden, SANA – Snow closed", None, "Halden", "SANA"),
        ("HALDEN, Norvia, March 9, 2026 /PRNewswire/ -- Snow", date(2026, 3, 9), "Halden, Norvia", "PRNewswire"),
        ("HALDEN, Norvia--(BUSINESS WIRE)--Snow closed", None, "Halden, Norvia", "BUSINESS WIRE"),
        ("HALDEN, Monday, March 9 (Reuters) - Snow closed", None, "Halden", "Reuters"),
        ("HALDEN, 9 mars 2026 (AFP) - Snow closed", date(2026, 3, 9), "Halden", "AFP"),
        ("Rio de Janeiro, 9 mar 2026 (Lusa) - Snow", date(2026, 3, 9), "Rio de Janeiro", "Lusa"),
        ("Halden (dpa/lno) - Snow closed", None, "Halden", "dpa/lno"),
        ("ПОРТ-ЭЛЛЕРИ, 9 мар — РИА Новости. Снег", None, "Порт-Эллери", "РИА Новости"),
        ("QUEEN'S QUAY, D.C. — Snow closed", None, "Queen's Quay, D.C.", None),
    ],
)
def test_a_dateline_gives_the_day_and_the_place(
    text: str, published: date | None, place: str, outlet: str | None
) -> None:
    found = read_dateline(text)
    assert found is not None
    assert (found.published, found.place, found.outlet) == (published, place, outlet)
    assert found.span.start == 0
    rest = text[found.span.end :]
    assert rest == rest.strip()
    assert rest[0].isupper()


@pytest.mark.parametrize(
    "text",
    [
        "Opinion: we should talk",
        "Jaiswal: We have agreed to nothing.\nANI: When?\nJaiswal: Soon.",
        'Trump: "We will win."',
        "Union Budget: Key Changes Explained\n\nThe budget raises taxes.",
        "BREAKING NEWS: fire",
        "The minister said: we go",
        "He said: “No.”",
        "May said: no",
        "Mr Smith said on Monday - as usual - that he would",
        "Donald Trump — the former president — said",
        "COVID-19: What we know",
        "Brazil: 5, Spain: 3",
        "Team A - Team B",
        "By Asha Rao: The pass was closed.",
        "Question: The pass was closed.",
        "Who: The guide of the tour.",
        "Снег закрыл — Перевал пуст",
        "The Halden pass (AP) The snow",
        "India and Canada have agreed",
        "",
    ],
)
def test_a_sentence_is_not_a_dateline(text: str) -> None:
    assert read_dateline(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-02-12", date(2026, 2, 12)),
        ("2026/02/12", date(2026, 2, 12)),
        ("2026-02-03T10:00:00Z", date(2026, 2, 3)),
        ("Thu, 12 Feb 2026 10:00:00 +0000", date(2026, 2, 12)),
        ("Feb 12, 2026", date(2026, 2, 12)),
        ("13/02/2026", date(2026, 2, 13)),
        ("05/06/2026", None),
        ("3.2.2026", date(2026, 2, 3)),
        ("February 2026", None),
        ("Feb 12", None),
        ("2026", None),
        ("May", None),
        ("yesterday", None),
        ("", None),
        ("99999999999999999999", None),
    ],
)
def test_only_an_unambiguous_date_is_read(text: str, day: date | None) -> None:
    assert parse_date(text) == day


def test_the_agency_of_a_chinese_dateline_is_read() -> None:
    found = read_dateline("新华社哈尔登3月9日电（记者王明）大雪封山。")
    assert found is not None
    assert (found.place, found.outlet, found.span.end) == ("哈尔登", "新华社", 17)
