"""A plugin's test needs no framework: a stage is a function."""

import cgb_hello

from cgb import MessageParam, MessagesRequest


def test_the_sentence_is_added_last() -> None:
    request = MessagesRequest(
        model="claude-haiku-4-5", max_tokens=1, system="Be brief.", messages=(MessageParam(role="user", content="Hi"),)
    )
    rewritten = cgb_hello.rewrite_request(request, cgb_hello.Hello(sentence="Say hello."))
    assert [block.to_wire() for block in rewritten.system_blocks] == [
        {"type": "text", "text": "Be brief."},
        {"type": "text", "text": "Say hello."},
    ]
