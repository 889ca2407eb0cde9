"""Follow-up questions on the tests' articles, with the sentences that answer them."""

from dataclasses import dataclass

from tests.conftest import FENTANYL, SEED

INDIA = SEED.name


@dataclass(frozen=True, slots=True)
class Case:
    """Two turns of a chat, and the place of the answer to the second."""

    first: str
    follow_up: str
    path: str
    says: str  # words of the sentence that answers
    by_model: str  # the standalone question a model would write


RIVER = "How high did the River Lind rise?"
STRIKE = "What pay rise did the train drivers accept?"
FERRIES = "Which ferries will Port Ellery replace?"
LUNCHES = "Who gets a free lunch in Oakhaven?"
TURBINES = "How many turbines stand off Skerry Bay?"
BRONZES = "What was stolen from the regional museum?"

CASES = (
    Case(
        FENTANYL,
        "when will that happen?",
        INDIA,
        "no set timeline",
        "When will what was agreed on fentanyl precursors happen?",
    ),
    Case(
        FENTANYL,
        "Who attended the meeting?",
        INDIA,
        "Nathalie Drouin",
        "Who attended the meeting on fentanyl precursors?",
    ),
    Case(
        "Who is Nathalie Drouin?",
        "Who did she meet?",
        INDIA,
        "a meeting with NSA Ajit Doval",
        "Who did Nathalie Drouin meet?",
    ),
    Case(
        "Why did Ajit Doval visit Ottawa?",
        "How long did he stay?",
        INDIA,
        "two-day visit",
        "How long did Ajit Doval stay in Ottawa?",
    ),
    Case(
        "What did India and Canada agree?",
        "Is there a timeline?",
        INDIA,
        "no set timeline",
        "Is there a timeline for what India and Canada agreed?",
    ),
    Case(
        FENTANYL,
        "What about Canada?",
        INDIA,
        "India and Canada agreed",
        "What did Canada agree on fentanyl precursors?",
    ),
    Case(
        "What did the police recover in New Halden?",
        "Where were they found?",
        "fiction/bronzes.txt",
        "in a barn near",
        "Where were the things the police recovered in New Halden found?",
    ),
    Case(
        "Which bronze figure is still missing?",
        "When was it stolen?",
        "fiction/bronzes.txt",
        "in November",
        "When was the missing bronze figure stolen?",
    ),
    Case(
        BRONZES,
        "Has anyone been arrested?",
        "fiction/bronzes.txt",
        "Two people were arrested",
        "Has anyone been arrested for what was stolen from the regional museum?",
    ),
    Case(
        FERRIES,
        "How much will that cost?",
        "fiction/ferries.txt",
        "48.5 million",
        "How much will it cost Port Ellery to replace the ferries?",
    ),
    Case(
        FERRIES,
        "And the fares?",
        "fiction/ferries.txt",
        "Fares will not rise",
        "Will the fares of the Port Ellery ferries change?",
    ),
    Case(
        FERRIES,
        "Who said so?",
        "fiction/ferries.txt",
        "Ines Okafor said",
        "Who said that Port Ellery will replace ferries?",
    ),
    Case(
        LUNCHES,
        "How much will it cost?",
        "fiction/lunches.txt",
        "3.4 million",
        "How much will the free lunch in Oakhaven cost?",
    ),
    Case(
        LUNCHES,
        "Who voted against it?",
        "fiction/lunches.txt",
        "voted against",
        "Who voted against the free lunch in Oakhaven?",
    ),
    Case(
        LUNCHES,
        "When does it start?",
        "fiction/lunches.txt",
        "from August",
        "When does the free lunch in Oakhaven start?",
    ),
    Case(
        RIVER,
        "Was anyone injured?",
        "fiction/river.md",
        "No one was injured",
        "Was anyone injured when the River Lind rose?",
    ),
    Case(RIVER, "What about the dam?", "fiction/river.md", "Arden dam", "What about the dam when the River Lind rose?"),
    Case(
        RIVER,
        "And how many households lost power?",
        "fiction/river.md",
        "212 households",
        "How many households lost power when the River Lind rose?",
    ),
    Case(
        "Was the Arden dam opened too late?",
        "When will the inquiry report?",
        "fiction/river.md",
        "will report in May",
        "When will the inquiry into the Arden dam report?",
    ),
    Case(
        STRIKE,
        "How many of them voted for it?",
        "fiction/strike.txt",
        "61 per cent",
        "How many of the train drivers voted for the pay rise?",
    ),
    Case(
        STRIKE,
        "What had they asked for?",
        "fiction/strike.txt",
        "asked for 7 per cent",
        "What pay rise had the train drivers asked for?",
    ),
    Case(
        "When did the rail strike in Castlemere end?",
        "Why?",
        "fiction/strike.txt",
        "accepted a pay rise",
        "Why did the rail strike in Castlemere end?",
    ),
    Case(
        TURBINES,
        "When will they be connected?",
        "fiction/turbines.txt",
        "connected in July",
        "When will the turbines off Skerry Bay be connected?",
    ),
    Case(
        TURBINES,
        "What about the fishermen?",
        "fiction/turbines.txt",
        "considering a lawsuit",
        "What about the fishermen off Skerry Bay?",
    ),
)
