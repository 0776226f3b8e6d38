"""Programs that hand rows and models to each other are run as one, and each is told what it does itself."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.model.artefact import Role
from auditor.program.rows import verdicts
from auditor.program.rows.trace import Trace
from tests.program.asking import program

READS = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\n"
READS += "train, test = pd.read_csv('train.csv'), pd.read_csv('test.csv')\n"
TRAINS = "model = LogisticRegression().fit(train[['a']], train.y)\njoblib.dump(model, 'model.pkl')\n"
LOADS = "model = joblib.load('model.pkl')\n"
ON_TEST = "print(accuracy_score(test.y, model.predict(test[['a']])))\n"
ON_TRAINING = "print(accuracy_score(train.y, model.predict(train[['a']])))\n"


def together(**programs: str) -> Mapping[str, Trace]:
    """The traces of programs that hand one model over, in their order."""
    files = {f"{name}.py": text for name, text in programs.items()}
    found = program(files)
    handing = (Role.SAVE_MODEL, Role.LOAD_MODEL)
    names = {id(e): "model.pkl" for own in found.effects.own.values() for e in own if e.role in handing}
    return found.rows.together(tuple(files), names)


def test_what_one_program_judges_the_next_one_judges_as_well() -> None:
    traces = together(train=READS + TRAINS + ON_TEST, evaluate=READS + LOADS + ON_TRAINING + ON_TEST)
    assert [e.relation for e in traces["evaluate.py"].evaluations] == ["overlap", "unknown"]
    assert not verdicts.unheld(traces["evaluate.py"])


def test_a_function_that_one_program_ran_is_run_for_the_next_one_too() -> None:
    judge = "def judge(model, frame):\n    print(accuracy_score(frame.y, model.predict(frame[['a']])))\n"
    train = READS + "from evaluate import judge\n" + TRAINS + "judge(model, test)\n"
    traces = together(
        train=train, evaluate=READS + judge + "if __name__ == '__main__':\n    judge(joblib.load('model.pkl'), test)\n"
    )
    assert [e.spot.path for e in traces["evaluate.py"].evaluations] == ["evaluate.py"]


def test_signs_of_time_that_a_program_finds_are_not_those_of_the_one_before() -> None:
    sorts = "test = test.sort_values('date')\n"
    traces = together(
        train=READS + TRAINS + sorts + ON_TEST,
        evaluate=READS + LOADS + sorts + "test['b'] = test.a.shift(1)\n" + ON_TEST,
    )
    words = [{word for found in trace.signals.values() for word in found} for trace in traces.values()]
    assert words == [{"ordered"}, {"ordered", "lagged"}]
