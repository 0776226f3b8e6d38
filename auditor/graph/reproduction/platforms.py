"""What hosted platforms of notebooks install by themselves: whoever opens a notebook there asks no list for it.

Only what each has long had is named, as who works there knows it; the lists of the vendors are longer and were not gone through.
"""

from __future__ import annotations

from auditor.graph.world import World
from auditor.model.regex import regex

_SCIENTIFIC = (
    "numpy", "pandas", "scipy", "matplotlib", "seaborn", "scikit-learn", "statsmodels", "sympy", "networkx", "bokeh", "plotly",
    "scikit-image", "pillow", "requests", "beautifulsoup4", "lxml", "openpyxl", "tqdm", "ipywidgets", "ipython", "jinja2", "pyyaml",
    "h5py", "pyarrow", "joblib", "cython", "numba", "nltk", "sqlalchemy", "tabulate", "psutil", "python-dateutil", "pytz", "six",
    "dask", "cloudpickle", "fsspec", "packaging", "imageio",
)  # fmt: skip
_LEARNING = (
    "tensorflow", "keras", "tensorboard", "tensorflow-datasets", "tensorflow-hub", "tensorflow-probability", "torch", "torchvision",
    "torchaudio", "jax", "jaxlib", "flax", "optax", "xgboost", "lightgbm", "spacy", "gensim", "transformers", "tokenizers",
    "huggingface-hub", "safetensors", "opencv-python", "librosa", "soundfile", "imbalanced-learn", "mlxtend", "textblob",
    "wordcloud", "prophet", "holidays", "geopandas", "shapely", "folium", "altair", "polars", "yfinance", "gdown", "pydot", "graphviz",
    "cvxpy", "fastai", "datasets", "accelerate", "timm", "peft", "diffusers", "sentence-transformers", "sentencepiece", "google-api-python-client", "google-auth", "google-cloud-bigquery",
    "google-cloud-storage", "gspread", "oauth2client", "missingno", "pydantic", "httpx", "tweepy", "gym", "pandas-datareader",
)  # fmt: skip

BROUGHT = {
    "colab": (*_SCIENTIFIC, *_LEARNING),
    "kaggle": (
        *_SCIENTIFIC, *_LEARNING, "catboost", "optuna", "shap", "eli5", "category-encoders", "albumentations", "kaggle",
        "pytorch-lightning", "hyperopt", "bayesian-optimization", "torchmetrics", "umap-learn",
    ),
    "sagemaker": (*_SCIENTIFIC, "boto3", "botocore", "sagemaker", "s3fs", "awscli", "torch", "torchvision", "tensorflow", "keras", "mxnet"),
    "azureml": (*_SCIENTIFIC, "azure-ai-ml", "azureml-core", "azure-identity", "mlflow", "xgboost", "lightgbm", "torch", "tensorflow"),
    "vertex": (*_SCIENTIFIC, "tensorflow", "keras", "torch", "torchvision", "google-cloud-aiplatform", "google-cloud-bigquery", "google-cloud-storage", "kfp"),
    "databricks": (
        *_SCIENTIFIC, "mlflow", "delta-spark", "pyspark", "dlt", "xgboost", "lightgbm", "hyperopt", "shap", "prophet", "spacy", "torch",
        "torchvision", "tensorflow", "keras", "tensorboard", "transformers", "datasets", "accelerate", "evaluate", "sentence-transformers",
        "horovod", "petastorm", "langchain", "openai", "tiktoken", "databricks-sdk", "databricks-cli", "databricks-feature-store",
        "databricks-feature-engineering", "databricks-automl-runtime", "pandas-profiling", "ydata-profiling",
    ),
}  # fmt: skip
"""By platform, as the notebook reader calls it, distributions of its images."""


_OPENED = (
    (regex(r"colab\.research\.google\.com/github/[^\s)\"'>]+?([^/\s)\"'>]+\.ipynb)"), "colab"),
    (regex(r"kaggle\.com/kernels/welcome\?src=[^\s)\"'>]+?([^/\s)\"'>]+\.ipynb)"), "kaggle"),
)
"""Links by which a document opens a notebook of a repository on a platform, with the name of the notebook."""


def opened_on(world: World) -> str:
    """The platform on which a document of the repository opens its notebooks; "" where none does."""
    names = {path.rpartition("/")[2] for path in world.resolved.code.paths if path.endswith(".ipynb")}
    text = world.documents.text if names else ""
    found = (platform for link, platform in _OPENED if not names.isdisjoint(link.findall(text)))
    return next(found, "")
