"""Tell every model which language to answer in."""

from cgb import MessagesRequest, TextBlock, hookimpl


@hookimpl
def rewrite_request(request: MessagesRequest) -> MessagesRequest:
    return request.with_(system=(*request.system_blocks, TextBlock(text="Answer in Esperanto.")))
