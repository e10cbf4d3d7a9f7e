import json


def test_an_installed_plugin(invoke, tmp_path):
    (tmp_path / "cgb.toml").write_text("[plugin.hello]\nsentence = 'Hi.'\n")
    result = invoke("plugins", "show", "hello")
    assert result.exit_code == 0
    assert "Greet: one extra sentence in every system prompt." in result.stdout
    assert "cgb-hello 0.1.0" in result.stdout
    assert 'sentence = "Hi."  # cgb.toml:2' in result.stdout
    assert 'str; default "Begin your answer with a friendly hello."; CGB_HELLO_SENTENCE' in result.stdout
    assert "rewrite_request" in result.stdout


def test_a_file_in_the_list(invoke, echo):
    said = json.loads(invoke("plugins", "show", echo, "--plugins", f"model-map,{echo}", "--json").stdout)
    assert (said["name"], said["distribution"], said["version"]) == ("echo", echo, "")
    assert said["hooks"]["choose_route"] == {"async": False, "place": "2 of 2"}
    assert said["hooks"]["open_transport"] == {"async": True, "place": "1 of 1"}
    assert said["settings"]["key"]["variables"] == ["CGB_ECHO_KEY"]
    assert (said["transport"], said["missing"], said["problems"]) == (True, [], [])


def test_a_plugin_whose_settings_are_wrong_is_shown_all_the_same(invoke, echo, monkeypatch):
    monkeypatch.setenv("CGB_ECHO_KEY", "sesame")
    result = invoke("plugins", "show", echo)
    assert result.exit_code == 2
    assert "Answer without asking anybody." in result.stdout
    assert result.stderr.startswith("cgb: environment CGB_ECHO_KEY: plugin.echo.key: ")
    assert "sesame" not in result.output


def test_a_set(invoke):
    assert "tidy-request, " in invoke("plugins", "show", "default").stdout
    said = json.loads(invoke("plugins", "show", "default", "--json").stdout)
    assert "gemini" in said["members"]


def test_a_name_that_nobody_bears(invoke):
    result = invoke("plugins", "show", "gemni")
    assert result.exit_code == 2
    assert "no installed plugin 'gemni'. Did you mean 'gemini'?" in result.stderr
