from cgb.testing.gemini_server import tokens


def test_four_characters_to_a_token():
    assert [tokens.estimate(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]


def test_pictures_count_by_the_piece():
    picture = {"inlineData": {"mimeType": "image/png", "data": "A" * 100_000}}
    assert tokens.count(picture) < 300


def test_signatures_do_not_count():
    assert tokens.count({"text": "ab", "thoughtSignature": "A" * 1000}) == tokens.count({"text": "ab"})


def test_the_prompt_is_all_that_is_read():
    body = {"contents": [{"parts": [{"text": "x"}]}], "generationConfig": {"stopSequences": ["y" * 100]}}
    more = {**body, "systemInstruction": {"parts": [{"text": "z" * 40}]}}
    assert tokens.count_prompt(body) < 10 < tokens.count_prompt(more)
