"""Leave the sampling parameters out for models that think, which are tuned to do without."""

from cgb import MessagesRequest, Target, hookimpl


@hookimpl
def fit_request(request: MessagesRequest, target: Target) -> MessagesRequest:
    if target.native or target.thinking == "none":
        return request
    return request.with_(temperature=None, top_p=None, top_k=None)
