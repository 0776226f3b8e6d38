"""Ways of keeping the record of a run that were not seen: each beside what keeps none."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from tests.pages import graphs

RULES = registry().rules
RUN = "import numpy as np\nimport tensorflow as tf\nx = np.load('x.npy')\nnet = tf.keras.Sequential([tf.keras.layers.Dense(1)])\nnet.compile(loss='mse')\nnet.fit(x, x)\n{}\n"
KEEP = "import json\n\n\ndef keep(told):\n    whole = {'a': 1}\n    whole.update(told)\n    json.dump(whole, open('a.json', 'w'))\n\n\n"
HYDRA = "import hydra\n\n\n@hydra.main(config_path='c', config_name='c')\ndef main(cfg):\n    print(cfg)\n\n\nmain()"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[str]:
    tree = graphs(files, archetypes=archetypes)
    return [finding.message for finding in judge(tree.components, [RULES[rule]]).findings]


def kept(line: str, **files: str) -> str:
    (message,) = found({"fit.py": RUN.format(line), **files}, "REP006")
    return message.partition(" keeps ")[2].partition(", not ")[0]


@pytest.mark.parametrize(
    ("line", "held"),
    [
        ("from absl import flags; flags.FLAGS.append_flags_into_file('a.cfg')", "parameters"),
        ("from absl.flags import FLAGS; FLAGS.append_flags_into_file('a.cfg')", "parameters"),
        ("from absl.flags import FLAGS\nwith open('a', 'w') as f:\n    f.write(FLAGS.flags_into_string())", "parameters"),
        ("from absl.flags import FLAGS\nwith open('a', 'w') as f:\n    f.write(FLAGS.name)\nprint(x.accuracy)", "parameters"),
        ("f = open('a', 'w')\nf.write('accuracy')\nh = x.open()\nh.write(vars(x))", "nothing"),
        ("from pathlib import Path; import json; Path('a').write_text(json.dumps(vars(x)))", "parameters"),
        ("from pathlib import Path; Path('a').write_text(str(x))", "nothing"),
        ("import json; d = {}; d['config'] = 1; json.dump(d, open('a.json', 'w'))", "parameters"),
        ("import json; d = x; d['score'] = 1; json.dump(d, open('a.json', 'w'))", "nothing"),
        (KEEP + "keep({'config': 1})", "parameters"),
        (KEEP + "keep({'config': 1})\nkeep({'b': 1})", "nothing"),
        ("import torch; torch.save({'net': net, 'lr': 1, 'batch_size': 2}, 'm.pt')", "parameters, the model"),
        ("import torch; torch.save({'net': net, 'epoch': 1, 'lr': 2}, 'm.pt')", "the model"),
        (HYDRA, "parameters"),
    ],
)  # fmt: skip
def test_settings_count_however_they_are_written_down(line: str, held: str) -> None:
    assert kept(line) == held


def test_hydra_keeps_no_settings_where_it_is_told_to_keep_none() -> None:
    files = {"fit.py": RUN.format(HYDRA), "c/c.yaml": "hydra:\n  output_subdir: null\n"}
    assert "keeps nothing" in found(files, "REP006")[0]
    assert "keeps parameters" in found({**files, "c/c.yaml": "hydra:\n  output_subdir: kept\n"}, "REP006")[0]


LINE = "import json\nimport pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n\n\ndef fitted(f):\n    m = LogisticRegression().fit(f[['a']], f['y'])\n    return {}\n\n\nresults = {{'args': 1, 'line': fitted(pd.read_csv('d.csv'))}}\njson.dump(results, open('line.json', 'w'))\n"


def test_all_that_a_model_has_learned_is_the_model() -> None:
    whole = "{'a': float(m.coef_[0]), 'b': float(m.intercept_)}"
    assert not found({"fit.py": LINE.format(whole)}, "REP006")
    assert found({"fit.py": LINE.format("{'a': float(m.coef_[0])}")}, "REP006")


GROUPS = "from sklearn.cluster import KMeans\n\n\ndef groups(rows):\n    return KMeans(3, n_init=1).fit(rows).labels_.tolist()\n\n\nif __name__ == '__main__':\n    print(groups([[1.0]]))\n"
ASKED = "from flask import Flask, jsonify, request\nfrom groups import groups\n\napp = Flask(__name__)\n\n\n@app.route('/groups', methods=['POST'])\ndef answer():\n    return jsonify(groups(request.get_json()))\n\n\nif __name__ == '__main__':\n    app.run()\n"


def test_groups_that_a_request_asks_for_are_an_answer() -> None:
    assert not found({"groups.py": GROUPS, "app.py": ASKED}, "REP006", "S")
    assert found({"groups.py": GROUPS}, "REP006", "S")
    other = "from groups import groups\n\nprint(groups([[2.0]]))\n"
    assert found({"groups.py": GROUPS, "app.py": ASKED, "other.py": other}, "REP006", "S")
    imported = "import app\n" + other
    assert not found({"groups.py": GROUPS, "app.py": ASKED, "other.py": imported}, "REP006", "S")
