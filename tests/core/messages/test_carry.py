import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb.messages import (
    Carried,
    RedactedThinkingBlock,
    TextBlock,
    ThinkingBlock,
    ToolUseBlock,
    carried,
    carry,
    without_carried,
)
from cgb.messages.carry import CARRY_FIELD, carried_by, in_said_order

SIGNATURE = "CvwBAXLI2nyTy+/8=="[:16]


def test_nothing_to_carry_leaves_the_id_as_it_is():
    assert carry("toolu_1") == "toolu_1"
    assert carried("toolu_1") is None
    assert without_carried("toolu_1") == "toolu_1"


@pytest.mark.parametrize(
    "signature", ["", "c2ln", "c2lnbg==", "c2lnbg", "not base64!", "ä", "\0", "A" * 30_000, "c2ln\n"]
)
def test_a_signature_comes_back_exactly(signature):
    carrying = carry("toolu_1", signature, place=3, name="ä")
    assert carried(carrying) == Carried(signature, {"place": 3, "name": "ä"})
    assert without_carried(carrying) == "toolu_1"


def test_a_base64_signature_is_not_encoded_twice():
    assert len(carry("t", "A" * 20_000)) < 20_100


@pytest.mark.parametrize(
    "spoil", [lambda text: text[:-1], lambda text: text[:-3], lambda text: text[:20], lambda text: text[:7]]
)
def test_a_shortened_id_carries_nothing(spoil):
    assert carried(spoil(carry("t", "QUJD" * 20))) is None


def test_a_changed_id_carries_nothing():
    carrying = carry("t", "QUJD" * 20)
    for place in range(len("t_cgb1_"), len(carrying), 7):
        other = "A" if carrying[place] != "A" else "B"
        assert carried(carrying[:place] + other + carrying[place + 1 :]) is None


@pytest.mark.parametrize("foreign", ["", "call_0", "toolu_x_cgb1", "x_cgb1_", "x_cgb1_!", "x_cgb1_AAAA", "x_cgb1_ä"])
def test_other_ids_carry_nothing(foreign):
    assert carried(foreign) is None


def test_what_an_id_carries_is_worked_out_once():
    """Each request of a conversation brings all its ids again."""
    carrying = carry("toolu_again", "c2ln")
    assert carried(carrying) is carried("".join(carrying))


def test_long_ids_are_not_remembered():
    """Clients choose the ids, and could fill the memory with them."""
    carrying = carry("toolu_long", "A" * 12_000)
    assert carried(carrying) == carried(carrying) == Carried("A" * 12_000, {})
    assert carried(carrying) is not carried(carrying)


class TestBlocks:
    def test_a_call_carries_in_its_id_or_else_in_its_field(self):
        carrying = carry("toolu_1", "c2ln", at=3)
        both = ToolUseBlock.model_validate({"id": carrying, "name": "n", CARRY_FIELD: carry("x", "b3RoZXI=")})
        field = both.with_(id="shortened")
        assert carried_by(both) == Carried("c2ln", {"at": 3})
        assert carried_by(field) == Carried("b3RoZXI=", {})
        assert carried_by(ToolUseBlock(id="toolu_1", name="n")) is None
        assert carried_by(field.with_(**{CARRY_FIELD: 5})) is None

    def test_thoughts_carry_in_what_signs_them(self):
        assert carried_by(ThinkingBlock(thinking="a", signature=carry("t", "c2ln"))) == Carried("c2ln", {})
        assert carried_by(RedactedThinkingBlock(data=carry("t", "c2ln"))) == Carried("c2ln", {})
        assert carried_by(ThinkingBlock(thinking="a", signature="somebody else's")) is None

    def test_other_blocks_carry_nothing(self):
        assert carried_by(TextBlock(text=carry("t", "c2ln"))) is None


def call(name, at=None):
    return ToolUseBlock(id=carry(name, at=at) if at is not None else name, name=name)


def said(*blocks):
    """The blocks in the order in which they were said: words as words, calls as the names of their tools."""
    return [
        block.text if isinstance(block, TextBlock) else f"<{getattr(block, 'name', block.type)}>"
        for block in in_said_order(blocks)
    ]


class TestSaidOrder:
    @pytest.mark.parametrize(
        ("blocks", "order"),
        [
            ((), []),
            ((TextBlock(text="ab"),), ["ab"]),
            ((call("x", 0), call("y", 0)), ["<x>", "<y>"]),
            ((TextBlock(text="ab"), call("x", 0)), ["<x>", "ab"]),
            ((TextBlock(text="ab"), call("x", 1)), ["a", "<x>", "b"]),
            ((TextBlock(text="ab"), call("x", 2)), ["ab", "<x>"]),
            ((TextBlock(text="ab"), call("x", 9)), ["ab", "<x>"]),
            ((TextBlock(text="ab"), call("x", 1), call("y", 1)), ["a", "<x>", "<y>", "b"]),
            ((TextBlock(text="abcd"), call("x", 1), call("y", 3)), ["a", "<x>", "bc", "<y>", "d"]),
            ((TextBlock(text="ab"), TextBlock(text="cd"), call("x", 2), call("y", 3)), ["ab", "<x>", "c", "<y>", "d"]),
            ((ThinkingBlock(thinking="t"), TextBlock(text="ab"), call("x", 0)), ["<thinking>", "<x>", "ab"]),
        ],
    )
    def test_calls_stand_where_they_were_made(self, blocks, order):
        assert said(*blocks) == order

    def test_what_stands_between_stays_where_nothing_was_moved(self):
        blocks = (
            call("x", 0),
            ThinkingBlock(thinking="t"),
            TextBlock(text="ab"),
            RedactedThinkingBlock(data="d"),
            call("y", 2),
        )
        assert in_said_order(blocks) == blocks

    def test_where_one_call_does_not_know_its_place_all_stay(self):
        blocks = (TextBlock(text="ab"), call("x", 1), call("y"))
        assert in_said_order(blocks) == blocks
        blocks = (TextBlock(text="ab"), ToolUseBlock(id=carry("x", at="one"), name="x"))
        assert in_said_order(blocks) == blocks

    def test_only_the_first_piece_of_a_cut_text_carries_what_it_carried(self):
        signed = TextBlock.model_validate({"text": "abcd", CARRY_FIELD: carry("text", "c2ln", n=2)})
        first, _, second = in_said_order((signed, call("x", 3)))
        assert (first.text, second.text) == ("abc", "d")
        assert carried_by(first) == Carried("c2ln", {"n": 2})
        assert carried_by(second) is None

    @given(st.lists(st.text("ab\u00fc", min_size=1, max_size=5) | st.none(), max_size=8), st.booleans())
    def test_calls_that_a_client_sent_last_are_put_back(self, told, merged):
        """Claude Code sends a message's calls last; some clients make one text of several."""
        written, blocks = 0, []
        for number, words in enumerate(told):
            blocks.append(call(f"c{number}", written) if words is None else TextBlock(text=words))
            written += len(words or "")
        texts = [block for block in blocks if isinstance(block, TextBlock)]
        calls = [block for block in blocks if isinstance(block, ToolUseBlock)]
        if merged and texts:
            texts = [TextBlock(text="".join(block.text for block in texts))]

        assert in_said_order(blocks) == tuple(blocks)
        found = in_said_order([*texts, *calls])
        assert joined(found) == joined(blocks)
        if not merged:
            assert found == tuple(blocks)


def joined(blocks):
    """What was said, with texts that follow each other as one."""
    said = []
    for block in blocks:
        if isinstance(block, TextBlock) and said and isinstance(said[-1], str):
            said[-1] += block.text
        else:
            said.append(block.text if isinstance(block, TextBlock) else block)
    return said
