import pytest

from will_portal.local import bootstrap
from will_portal.local.bootstrap import Problem, Stamp, arguments, explained, once


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("error: dns error: failed to lookup address", "check the network"),
        ("npm error code ENOTFOUND", "check the network"),
        ("cause: invalid peer certificate: UnknownIssuer", "does not trust"),
        ("OSError: [Errno 28] No space left on device", "make room"),
        ("first\nthe real reason\n\n", "the real reason"),
    ],
)
def test_a_failed_tool_is_explained_in_one_sentence(output, sentence):
    assert sentence in str(explained("It failed", output))


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    (tmp_path / "input").write_text("one")
    return tmp_path


def steps(work, action=lambda: None):
    done = []
    stamp = Stamp(work / "stamps" / "step", work / "input", makes=work / "input")
    once("A step", lambda: (done.append("done"), action()), stamp)
    return done


def test_a_step_is_skipped_while_its_inputs_are_the_same(work):
    assert steps(work) == ["done"]
    assert steps(work) == []


def test_a_step_is_done_again_when_an_input_changes(work):
    steps(work)
    (work / "input").write_text("two")
    assert steps(work) == ["done"]


def test_a_step_that_failed_is_done_again(work):
    def fail():
        raise Problem("no")

    steps(work)
    (work / "input").write_text("two")
    with pytest.raises(Problem):
        steps(work, fail)
    (work / "input").write_text("one")
    assert steps(work) == ["done"]


@pytest.mark.parametrize("command", ["test", "manage"])
def test_what_follows_the_command_belongs_to_pytest_and_django(command):
    parsed = arguments([command, "-k", "map", "--port", "1"])
    assert parsed.rest == ["-k", "map", "--port", "1"]


def test_run_refuses_what_it_does_not_know(capsys):
    with pytest.raises(SystemExit):
        arguments(["run", "--prot", "8001"])
    assert "--prot" in capsys.readouterr().err
