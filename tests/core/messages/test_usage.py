from cgb.messages import Usage


def test_two_attempts_cost_what_both_cost():
    one = Usage(input_tokens=1, cache_creation_input_tokens=2, cache_read_input_tokens=3, output_tokens=4)
    two = Usage(input_tokens=10, output_tokens=40, tier="x")
    assert (one + two).to_wire() == {
        "input_tokens": 11,
        "cache_creation_input_tokens": 2,
        "cache_read_input_tokens": 3,
        "output_tokens": 44,
        "tier": "x",
    }


def test_the_prompt_is_all_that_was_read():
    assert (
        Usage(input_tokens=1, cache_creation_input_tokens=2, cache_read_input_tokens=4, output_tokens=8).prompt_tokens
        == 7
    )


def test_its_figures_are_all_that_it_tells():
    usage = Usage(input_tokens=1, tier="x")
    assert usage.figures() == dict(usage)
    assert list(usage.figures()) == [*Usage.model_fields, "tier"]
