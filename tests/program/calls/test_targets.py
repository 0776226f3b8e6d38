"""What a call names when the path is no plain argument of its own."""

from __future__ import annotations

import pytest

from auditor.program.calls.effects import Effect
from tests.program.asking import effects

S3 = "import boto3\ns3 = boto3.client('s3')\n"
BUCKET = "import boto3\nbucket = boto3.resource('s3').Bucket('b')\n"
GCS = "from google.cloud import storage\nblob = storage.Client().bucket('b').blob('k/x.csv')\n"
AZURE = "from azure.storage.blob import BlobServiceClient\nservice = BlobServiceClient.from_connection_string(c)\n"


def named(source: str) -> list[str]:
    """The last call that does I/O, openings aside: its way with each target, then what it writes and reads besides."""
    found = [effect for effect in effects(source) if effect.io and effect.name != "builtins.open"]
    return told(found[-1]) if found else []


def told(effect: Effect) -> list[str]:
    return [
        *(f"{effect.role.value} {value.text()}" for value in effect.targets),
        *(f"to {value.text()}" for value in effect.dest),
        *(f"from {value.text()}" for value in effect.source),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(S3 + "s3.download_file('b', 'k/x', 'x')", ["read s3://b/k/x", "to x"], id="bucket and key"),
        pytest.param(S3 + "s3.upload_file('x', 'b', 'k')", ["write s3://b/k", "from x"], id="an upload reads a file"),
        pytest.param(S3 + "s3.put_object(Bucket='b', Key='k', Body='text')", ["write s3://b/k"], id="a body of text"),
        pytest.param(
            S3 + "s3.put_object(Bucket='b', Key='k', Body=open('x', 'rb'))",
            ["write s3://b/k", "from x"],
            id="a body from a file",
        ),
        pytest.param(S3 + "s3.get_object(Bucket=b, Key='k')", ["read s3://{b}/k"], id="one part known"),
        pytest.param(S3 + "s3.get_object(Bucket=b(), Key=k())", ["read {?}"], id="nothing known"),
        pytest.param(
            "import boto3\ns = boto3.Session()\ns.client(service_name='s3').upload_file('x', 'b', 'k')",
            ["write s3://b/k", "from x"],
            id="a session's client",
        ),
        pytest.param(BUCKET + "bucket.upload_file('x', 'k')", ["write s3://b/k", "from x"], id="a bucket"),
        pytest.param(BUCKET + "bucket.Object('k').put(Body=b'')", ["write s3://b/k"], id="an object of a bucket"),
        pytest.param(
            "import boto3\nboto3.resource('s3').Object('b', 'k').download_file('x')",
            ["read s3://b/k", "to x"],
            id="an object",
        ),
        pytest.param(GCS + "blob.upload_from_filename('x.csv')", ["write gs://b/k/x.csv", "from x.csv"], id="a blob"),
        pytest.param(GCS + "blob.download_to_filename('x.csv')", ["read gs://b/k/x.csv", "to x.csv"], id="a blob read"),
        pytest.param(
            AZURE + "service.get_blob_client(container='c', blob='k').upload_blob(open('x', 'rb'))",
            ["write az://c/k", "from x"],
            id="a blob client",
        ),
        pytest.param(
            AZURE + "service.get_container_client('c').download_blob('k')", ["read az://c/k"], id="a container"
        ),
        pytest.param(
            "import zipfile\nwith zipfile.ZipFile('a.zip') as z:\n    z.extractall('out')",
            ["read a.zip", "to out"],
            id="an archive",
        ),
        pytest.param("import wget\nwget.download('http://x/a.csv', 'a.csv')", ["download http://x/a.csv", "to a.csv"]),
    ],
)
def test_a_target_is_put_together(source: str, expected: list[str]) -> None:
    assert named(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "import json\nwith open('p.json', 'w') as f:\n    json.dump(x, f)",
        "import json\njson.dump(x, open('p.json', 'w'))",
        "import pickle\nfrom pathlib import Path\nwith Path('p.json').open('wb') as f:\n    pickle.dump(x, f)",
        "import numpy as np\nwith open('p.json', 'wb') as f:\n    np.save(f, x)",
        "import gzip, pickle\nwith gzip.open('p.json', 'wb') as f:\n    pickle.dump(x, f)",
        "import yaml, s3fs\nfs = s3fs.S3FileSystem()\nwith fs.open('p.json', 'w') as f:\n    yaml.dump(x, f)",
        "import pandas as pd\nwith pd.ExcelWriter('p.json') as w:\n    pd.DataFrame().to_excel(w)",
        "import joblib\nfrom smart_open import open\nwith open('p.json', 'wb') as f:\n    joblib.dump(x, f)",
    ],
)
def test_a_handle_stands_for_what_it_was_opened_with(source: str) -> None:
    found = [effect for effect in effects(source) if effect.io]
    assert len(found) == 2
    assert [value.text() for effect in found for value in effect.targets] == ["p.json", "p.json"]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import yaml\nyaml.safe_load('a: 1')", id="text is content"),
        pytest.param("import json, sys\njson.dump(x, sys.stdout)", id="a stream"),
        pytest.param("import io\nimport pandas as pd\npd.read_csv(io.StringIO(t))", id="a buffer"),
        pytest.param("import pickle\npickle.loads(data)", id="in memory"),
        pytest.param("import yaml\nyaml.dump(x)", id="without a stream it is a text"),
        pytest.param("import cv2\ncv2.VideoCapture(0)", id="a number"),
        pytest.param("import xgboost as xgb\nxgb.DMatrix(frame)", id="data, not its path"),
        pytest.param("import pandas as pd\npd.read_csv('a,b\\n1,2\\n')", id="content of several lines"),
    ],
)
def test_what_names_no_artefact(source: str) -> None:
    assert named(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import xgboost as xgb\nxgb.DMatrix('train.svm')", ["read train.svm"]),
        ("from datasets import load_dataset\nload_dataset('org/name')", ["download org/name"]),
        ("from datasets import load_dataset\nload_dataset('csv', data_files='a.csv')", ["read a.csv"]),
        (
            "from datasets import load_dataset\nload_dataset('json', data_files={'train': 'a.json', 'test': 'b.json'})",
            ["read a.json", "read b.json"],
        ),
        ("import dask.dataframe as dd\ndd.read_csv(['a.csv', 'b.csv'])", ["read a.csv", "read b.csv"]),
        ("def f(df):\n    df.write.mode('append').partitionBy('d').parquet('out')\n", ["write out"]),
        ("def f(spark):\n    return spark.read.format('delta').option('a', 1).load('in')\n", ["read in"]),
        ("def f(df):\n    df.save('out')\n", []),
    ],
)
def test_what_else_tells_the_target(source: str, expected: list[str]) -> None:
    assert named(source) == expected


def test_a_default_is_less_certain_than_an_argument() -> None:
    source = "import sweetviz\nsweetviz.analyze(df).show_html({})"
    (given,) = [value for effect in effects(source.format("'r.html'")) for value in effect.targets]
    (default,) = [value for effect in effects(source.format("")) for value in effect.targets]
    assert (given.text(), default.text()) == ("r.html", "SWEETVIZ_REPORT.html")
    assert default.confidence < given.confidence
