"""Languages: short and long texts are recognised, and English stays English."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.languages import NAMES, UNKNOWN, nearest_language, read_language, stop_words

WRITTEN = {
    "en": "The harbour of Tallow was closed on Monday because the crane had cracks.",
    "de": "Der Hafen von Tallow ist am Montag gesperrt worden, weil der Kran Risse hatte.",
    "fr": "Le port de Tallow a été fermé lundi parce que la grue avait des fissures.",
    "es": "El puerto de Tallow fue cerrado el lunes porque la grúa tenía grietas.",
    "it": "Il porto di Tallow è stato chiuso lunedì perché la gru aveva delle crepe.",
    "pt": "O porto de Tallow foi fechado na segunda-feira porque a grua não tinha manutenção.",
    "nl": "De haven van Tallow is maandag gesloten omdat er scheuren in de kraan zaten.",
    "sv": "Hamnen i Tallow stängdes på måndagen eftersom det fanns sprickor i kranen, och den är inte säker.",
    "da": "Havnen i Tallow blev lukket mandag, fordi der var revner i kranen, og den er ikke sikker.",
    "no": "Havnen i Tallow ble stengt mandag fordi det var sprekker i kranen, og ingen vet hvorfor.",
    "fi": "Tallowin satama suljettiin maanantaina, koska nosturissa oli halkeamia, mutta se ei ollut yllätys.",
    "pl": "Port w Tallow został zamknięty w poniedziałek, ponieważ dźwig był pęknięty i nie jest bezpieczny.",
    "tr": "Tallow limanı pazartesi günü kapatıldı, çünkü vinçte çatlaklar var ve bu çok tehlikeli.",
    "ru": "Порт Тэллоу был закрыт в понедельник, потому что в кране нашли трещины.",
    "uk": "Порт Таллоу було закрито в понеділок, тому що в крані знайшли тріщини.",
    "ar": "أغلق ميناء تالو يوم الاثنين لأن الرافعة كانت فيها شقوق.",
    "fa": "بندر تالو روز دوشنبه بسته شد زیرا جرثقیل ترک داشت و این خطرناک است.",
    "hi": "टैलो बंदरगाह सोमवार को बंद कर दिया गया क्योंकि क्रेन में दरारें थीं।",
    "zh": "塔洛港周一关闭，因为起重机出现裂缝。",
    "ja": "タロー港は月曜日、クレーンに亀裂が見つかったため閉鎖された。",
    "ko": "탤로 항구는 크레인에 균열이 있어 월요일에 폐쇄되었다.",
    "el": "Το λιμάνι του Τάλοου έκλεισε τη Δευτέρα επειδή ο γερανός είχε ρωγμές.",
    "th": "ท่าเรือทาลโลว์ปิดเมื่อวันจันทร์เพราะเครนมีรอยแตก",
}


@pytest.mark.parametrize("language", WRITTEN)
def test_a_sentence_is_recognised(language: str) -> None:
    assert read_language(WRITTEN[language]) == language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Why was the harbour closed?", "en"),
        ("Warum wurde der Hafen gesperrt?", "de"),
        ("Pourquoi le port a-t-il fermé ?", "fr"),
        ("¿Por qué cerraron el puerto?", "es"),
        ("Кто починил кран Tallow Harbour Mk II?", "ru"),
        ("塔洛港为什么关闭？", "zh"),
    ],
)
def test_a_question_is_recognised(question: str, language: str) -> None:
    assert read_language(question) == language


@pytest.mark.parametrize(
    "text",
    [
        "Łukasz Wałek of Łódź met Søren Bjørk and Đorđe Đurić in Tromsø, and they signed the letter.",
        "He called it a “coup de grâce”, the mayor of La Paz said after the vote in El Alto.",
        "Mrs de la Cruz said the words 习近平 and Путин were on the placard of the Los Angeles march.",
    ],
)
def test_foreign_names_leave_english_as_it_is(text: str) -> None:
    assert read_language(text) == "en"


@pytest.mark.parametrize("text", ["", "12.5 | 30 | 7", "Tallow 2026", "https://tallow.test/a/b", "a b c d e f g"])
def test_what_has_no_words_of_a_language_is_unknown(text: str) -> None:
    assert read_language(text) == UNKNOWN


def test_a_question_that_is_too_short_is_in_a_language_of_the_shelf() -> None:
    assert read_language("Wer gewann?") == UNKNOWN
    assert nearest_language("Wer gewann?", ["en", "de"]) == "de"
    assert nearest_language("Tallow 2026", ["de", "fr"]) == "de"
    assert nearest_language("Tallow 2026", ["de", "en"]) == "en"
    assert nearest_language("El Salvador president", ["es", "en"]) == "en", "a small word of a name decides nothing"
    assert nearest_language("Tallow 2026", []) == UNKNOWN


@given(st.text())
def test_any_text_has_a_language_with_a_name(text: str) -> None:
    assert read_language(text) in {UNKNOWN, *NAMES}


def test_every_list_of_stop_words_has_a_language_with_a_name() -> None:
    assert set(stop_words()) <= set(NAMES)
    assert all(len(words) >= 30 for words in stop_words().values())
