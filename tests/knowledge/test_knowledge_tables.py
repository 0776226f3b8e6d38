"""What the shipped tables say of names that every ML repository uses."""

from __future__ import annotations

import pytest

from auditor.knowledge import load, tables
from auditor.model.artefact import Role

# qualified name, role, position of the path (or its keyword, "receiver", "template", None)
NAMES = """
pandas.read_csv read 0
pandas.read_sql read 0
pandas.read_parquet read 0
pandas.io.parsers.readers.read_csv read 0
pandas.DataFrame.to_csv write 0
pandas.DataFrame.to_parquet write 0
pandas.DataFrame.sample sample -
pandas.DataFrame.fillna transform -
pandas.core.frame.DataFrame.to_pickle write 0
pandas.get_dummies transform -
numpy.load read 0
numpy.save write 0
numpy.random.seed seed -
numpy.random.default_rng seed -
numpy.random.shuffle sample -
polars.scan_parquet read 0
polars.DataFrame.write_parquet write 0
pyspark.sql.DataFrameReader.parquet read 0
pyspark.sql.DataFrame.randomSplit split -
builtins.open read 0
pathlib.Path.read_text read receiver
pathlib.Path.write_text write receiver
os.environ.get config_read 0
os.getenv config_read 0
subprocess.run exec 0
json.load config_read 0
json.dump write 1
pickle.load load_model 0
pickle.dump save_model 1
shutil.copy copy 0
urllib.request.urlretrieve download 0
argparse.ArgumentParser.add_argument cli_param 0
time.time nondet -
yaml.safe_load config_read 0
omegaconf.OmegaConf.load config_read 0
hydra.main config_read config_name
click.option cli_param 0
sklearn.model_selection.train_test_split split -
sklearn.cross_validation.train_test_split split -
sklearn.preprocessing.StandardScaler transformer -
sklearn.preprocessing.StandardScaler.fit fit -
sklearn.preprocessing.StandardScaler.fit_transform fit_transform -
sklearn.preprocessing.StandardScaler.transform transform -
sklearn.linear_model.LogisticRegression estimator -
sklearn.linear_model.LogisticRegression.predict_proba predict -
sklearn.ensemble.RandomForestClassifier.score evaluate -
sklearn.pipeline.make_pipeline compose -
sklearn.pipeline.Pipeline.fit fit -
sklearn.model_selection.KFold.split split -
sklearn.model_selection.GridSearchCV tune -
sklearn.feature_selection.SelectKBest feature_select -
sklearn.metrics.f1_score evaluate -
sklearn.datasets.load_iris read -
sklearn.datasets.fetch_openml download 0
sklearn.externals.joblib.dump save_model 1
imblearn.over_sampling.SMOTE resample -
imblearn.over_sampling.SMOTE.fit_resample resample -
xgboost.train fit -
xgboost.XGBClassifier.fit fit -
xgboost.XGBClassifier.save_model save_model 0
lightgbm.LGBMRegressor.predict predict -
catboost.CatBoostClassifier.fit fit 0
joblib.dump save_model 1
joblib.load load_model 0
torch.save save_model 1
torch.load load_model 0
torch.manual_seed seed -
torch.optim.Adam.zero_grad fit -
torch.nn.Linear.eval mode -
torch.utils.data.random_split split -
torch.utils.data.DataLoader sample 0
tensorflow.keras.models.load_model load_model 0
tensorflow.keras.Sequential.fit fit -
tensorflow.keras.layers.Normalization transformer -
tensorflow.random.set_seed seed -
keras.Model.save save_model 0
transformers.AutoModelForCausalLM.from_pretrained load_model 0
transformers.BertTokenizer.from_pretrained load_model 0
transformers.Trainer.train fit -
datasets.load_dataset download 0
sentence_transformers.SentenceTransformer load_model 0
mlflow.log_metric log_metric 0
mlflow.xgboost.log_model save_model 1
mlflow.tracking.MlflowClient.set_registered_model_alias register 0
wandb.init log -
dvc.api.open read 0
boto3.client('s3').download_file read template
boto3.resource('s3').Bucket.upload_file write template
boto3.resource('s3').Object.put write receiver
google.cloud.storage.Blob.upload_from_filename write receiver
azure.storage.blob.ContainerClient.upload_blob write template
fsspec.spec.AbstractFileSystem.open read 0
huggingface_hub.HfFileSystem.open read 0
datasets.load_dataset('csv') read 3
xarray.open_zarr read 0
xarray.Dataset.to_netcdf write 0
zipfile.ZipFile.extractall read receiver
pandas.read_sql_query read 0
geopandas.GeoDataFrame.to_csv write 0
dask.dataframe.DataFrame.to_json write 0
pyspark.sql.DataFrame.createOrReplaceTempView write 0
sqlalchemy.ext.asyncio.AsyncSession.execute read 0
awswrangler.s3.to_parquet write 1
pycocotools.coco.COCO read 0
s3fs.S3FileSystem.open read 0
requests.get download 0
requests.post call_service 0
sqlalchemy.create_engine connect 0
evidently.report.Report monitor -
evidently.metric_preset.DataDriftPreset monitor -
nannyml.CBPE monitor -
alibi_detect.cd.KSDrift monitor -
prometheus_client.Counter monitor -
great_expectations.dataset.PandasDataset.expect_column_to_exist validate -
pandera.DataFrameSchema validate -
fastapi.FastAPI.post serve 0
flask.Flask.route serve 0
streamlit.title serve -
optuna.create_study tune -
optuna.Study.optimize tune -
airflow.operators.bash_operator.BashOperator pipeline_step bash_command
airflow.sdk.DAG pipeline 0
prefect.flow pipeline -
openai.OpenAI.chat.completions.create call_service -
shap.TreeExplainer explain -
"""
ROWS = [tuple(line.split()) for line in NAMES.split("\n") if line]


@pytest.mark.parametrize(("name", "role", "place"), ROWS, ids=[row[0] for row in ROWS])
def test_what_a_name_means(name: str, role: str, place: str) -> None:
    entry = load().lookup(name)
    assert entry is not None
    assert entry.role is Role(role)
    path = entry.path
    if path is None:
        found = "-"
    elif path.receiver or path.template is not None:
        found = "receiver" if path.receiver else "template"
    else:
        found = str(path.pos) if path.pos is not None else str(path.arg)
    assert found == place


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pandas.read_csv", "pandas.DataFrame"),
        ("pandas.DataFrame.merge", "pandas.DataFrame"),
        ("pandas.DataFrame.groupby", "pandas.api.typing.DataFrameGroupBy"),
        ("pandas.DataFrame.to_numpy", "numpy.ndarray"),
        ("pandas.DataFrame.to_csv", None),
        ("sklearn.ensemble.RandomForestClassifier", "sklearn.ensemble.RandomForestClassifier"),
        ("sklearn.ensemble.RandomForestClassifier.fit", "sklearn.ensemble.RandomForestClassifier"),
        ("pyspark.sql.SparkSession.builder", "pyspark.sql.SparkSession.Builder"),
        ("pyspark.sql.SparkSession.builder.appName", "pyspark.sql.SparkSession.Builder"),
        ("pyspark.sql.SparkSession.Builder.appName", "pyspark.sql.SparkSession.Builder"),
        ("pyspark.sql.SparkSession.Builder.getOrCreate", "pyspark.sql.SparkSession"),
        ("pyspark.sql.SparkSession.read", "pyspark.sql.DataFrameReader"),
        ("pyspark.sql.DataFrameReader.format", "pyspark.sql.DataFrameReader"),
        ("pyspark.sql.DataFrameReader.load", "pyspark.sql.DataFrame"),
        ("boto3.client('s3')", "boto3.client('s3')"),
        ("boto3.Session.client('s3')", "boto3.client('s3')"),
        ("builtins.spark", "pyspark.sql.SparkSession"),
        ("builtins.spark.table", "pyspark.sql.DataFrame"),
        ("google.cloud.storage.Bucket.blob", "google.cloud.storage.Blob"),
        ("torch.nn.Linear.to", "torch.nn.Linear"),
        ("sqlite3.connect", "sqlite3.Connection"),
        ("tensorflow.data.TFRecordDataset", "tensorflow.data.Dataset"),
        ("xgboost.train", "xgboost.Booster"),
    ],
)
def test_what_a_name_returns(name: str, expected: str | None) -> None:
    assert load().returns(name) == expected


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("sklearn.preprocessing.StandardScaler", "stateful", True),
        ("sklearn.preprocessing.Normalizer", "stateful", False),
        ("sklearn.preprocessing.FunctionTransformer", "stateful", False),
        ("sklearn.feature_extraction.text.HashingVectorizer", "stateful", False),
        ("sklearn.datasets.load_digits", "toy", True),
        ("sklearn.datasets.make_blobs", "synthetic", True),
        ("pickle.load", "unsafe", True),
        ("gradio.Interface", "demo", True),
        ("evidently.presets.DataDriftPreset", "drift", "data"),
        ("evidently.metric_preset.TargetDriftPreset", "drift", "target"),
        ("nannyml.DLE", "drift", "performance"),
        ("prometheus_client.Gauge", "drift", "operational"),
        ("scipy.stats.ks_2samp", "weak", True),
        ("yaml.safe_load", "stream", True),
        ("zipfile.ZipFile", "handle", True),
        ("snowflake.connector.Cursor.execute", "platform", "snowflake"),
        ("sqlite3.connect", "database_file", True),
        ("spacy.load", "named", True),
        ("requests.get", "url", True),
    ],
)
def test_facts_of_a_name(name: str, key: str, value: str | bool) -> None:
    entry = load().lookup(name)
    assert entry is not None
    assert entry.attrs[key] == value


def test_drift_values_are_the_four() -> None:
    drifts = {entry.attrs["drift"] for entry in load().entries() if "drift" in entry.attrs}
    assert drifts == {"data", "target", "performance", "operational"}


def test_drift_libraries_are_listed() -> None:
    assert {"Evidently", "NannyML", "Alibi Detect", "whylogs"} <= set(load().searched(Role.MONITOR, drift="data"))


def test_seeds_and_pins_stand_in_keys() -> None:
    split = load().lookup("sklearn.model_selection.train_test_split")
    dataset = load().lookup("datasets.load_dataset")
    assert split is not None
    assert split.seed is not None
    assert (split.seed.arg, split.seed.missing) == ("random_state", "nondeterministic")
    assert dataset is not None
    assert dataset.pin is not None
    assert (dataset.pin.arg, dataset.pin.unpinned) == ("revision", ("main",))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cv2", "opencv-python"),
        ("sklearn", "scikit-learn"),
        ("yaml", "PyYAML"),
        ("google.cloud.storage", "google-cloud-storage"),
    ],
)
def test_usual_distributions(name: str, expected: str) -> None:
    assert load().distributions(name)[0] == expected


def test_unique_methods_lead_to_entries() -> None:
    lost = [method for method in tables.read_unique_methods() if load().unique_method(method) is None]
    assert lost == []


def test_ml_libraries() -> None:
    assert all(load().is_ml(name) for name in ("sklearn", "torch", "xgboost", "transformers", "tensorflow"))
    assert not any(load().is_ml(name) for name in ("pandas", "mlflow", "requests", "os"))


def test_what_is_sent_is_read_and_what_is_sent_to_is_written() -> None:
    """No entry names the same argument as what it writes and what it reads, unless it is a log of it."""
    confused = [
        entry.name
        for entry in load().entries()
        if entry.source is not None
        and entry.path is not None
        and entry.source.arg == entry.path.arg
        and entry.role is not Role.LOG_ARTIFACT
    ]
    assert confused == []


def test_sql_is_read_in_a_dialect_that_is_known() -> None:
    from sqlglot.dialects.dialect import Dialects

    known = {dialect.value for dialect in Dialects}
    parsed = {e.attrs["platform"] for e in load().entries() if e.parse_as == "sql" and "platform" in e.attrs}
    assert parsed <= known
