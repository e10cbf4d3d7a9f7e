"""What a plugin's tests may import: a name that leaves these lists breaks somebody's tests."""

import cgb.testing
from cgb.testing import strategies

KIT = set(
    """
    Asked ScriptedTransport Sent SimulatedAnthropic SimulatedGemini SimulatedOpenAI aask ask assert_request
    assert_stream check_plugin opened plugin_of request_of text_answer
    """.split()  # noqa: SIM905 - read by people
)
STRATEGIES = set(
    """
    answers blocks contexts cuttings deltas errors events flat_blocks json_values messages names novel_blocks objects
    records requests routes schemas targets texts tools usages wire_requests words
    """.split()  # noqa: SIM905 - read by people
)


def test_the_kits_names_are_frozen():
    assert set(cgb.testing.__all__) == KIT
    assert all(getattr(cgb.testing, name).__doc__ for name in KIT)


def test_the_strategies_names_are_frozen():
    assert set(strategies.__all__) == STRATEGIES
    assert all(getattr(strategies, name).__doc__ for name in STRATEGIES)
