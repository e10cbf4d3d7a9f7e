from cgb_cli.proxies import has_proxy, without_loopback


def test_a_proxy_is_seen_in_either_case():
    assert has_proxy({"HTTPS_PROXY": "http://p:1"})
    assert has_proxy({"all_proxy": "http://p:1"})
    assert not has_proxy({"https_proxy": "", "NO_PROXY": "x"})


def test_loopback_is_left_out_besides_what_the_user_left_out():
    assert without_loopback({"NO_PROXY": "intranet,localhost"}) == {
        "NO_PROXY": "intranet,localhost,127.0.0.1,::1",
        "no_proxy": "intranet,localhost,127.0.0.1,::1",
    }
