"""Certainty: agreed, pledged, planned or only considered."""

import pytest

from rag.evidence.citations import Doubt
from rag.language.certainty import find_certainty, read_certainty
from rag.verification.verify import find_doubt


@pytest.mark.parametrize(
    ("quote", "certainty"),
    [
        ("Both countries have agreed that there will be liaison officers.", "agreed"),
        ("The council approved the plan by 19 votes to 12.", "agreed"),
        ("We will let you know.", "pledged"),
        ("The union has pledged to help.", "pledged"),
        ("The authority plans to buy two ferries.", "planned"),
        ("The farm is expected to open in 2028.", "planned"),
        ("The museum will close for a year.", "planned"),
        ("The farm is expected to supply 310,000 homes.", "reported"),
        ("We will not open before 2029.", "reported"),
        ("The council backed off its plans to close the pool.", "reported"),
        ("We will be better off.", "reported"),
        ("She committed a foul in the first minute.", "reported"),
        ("Experts agreed it was a mistake.", "reported"),
        ("Fishermen are considering a lawsuit.", "considered"),
        ("The two are in talks on a merger.", "considered"),
        ("It may rain.", "reported"),
        ("The cut will significantly reduce prices.", "reported"),
        ("The ministry will closely watch the ferries.", "reported"),
        ("The rise will signal a change.", "reported"),
        ("The two will sign the treaty in Tarn.", "planned"),
        ("They have not agreed, but are in talks.", "considered"),
        ("He was arrested on suspicion of fraud.", "alleged"),
        ("The office denied that the dam had been opened too late.", "denied"),
        ("He pleaded not guilty.", "denied"),
        ("She declined to comment.", "refused"),
        ("They have not agreed.", "reported"),
        ("The talks were held in May.", "reported"),
        ("We could not keep patching hulls.", "reported"),
        ("I agree with that view.", "reported"),
        ("The mine closed due to flooding.", "reported"),
        ("No day is set.", "reported"),
    ],
)
def test_a_quote_has_its_certainty(quote: str, certainty: str) -> None:
    assert read_certainty(quote) == certainty


def test_the_first_word_that_says_so_decides() -> None:
    assert find_certainty("Both agreed to consider it.") == ("agreed", "agreed to")


def test_prose_more_certain_than_its_quote_is_doubted() -> None:
    quote = "The two ministries are in talks on a shared crossing at Halden Ford."
    doubt = find_doubt("The two ministries agreed on a shared crossing at Halden Ford.", [quote])
    assert doubt == Doubt("commitment", 'The quote says "in talks", the statement "agreed".')
    assert not find_doubt("The two ministries are in talks on a shared crossing.", [quote])
