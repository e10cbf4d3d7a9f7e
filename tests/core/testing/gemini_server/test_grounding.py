import pytest


@pytest.mark.parametrize("tool", ["googleSearch", "urlContext"])
def test_segments_are_bytes_of_the_text(client, tool):
    answer = client.accepted({"tools": [{tool: {}}]})
    metadata = answer.json["candidates"][0]["groundingMetadata"]
    text = answer.said.encode()
    assert metadata["webSearchQueries"] == ["Hello."]
    for support in metadata["groundingSupports"]:
        segment = support["segment"]
        assert text[segment["startIndex"] : segment["endIndex"]].decode() == segment["text"]
        for index in support["groundingChunkIndices"]:
            assert metadata["groundingChunks"][index]["web"]["uri"].startswith("https://")
