"""What public images bring of libraries, by their names."""

from __future__ import annotations

from auditor.model.facts import Facts
from auditor.model.regex import regex

_SCIENTIFIC = ("numpy", "pandas", "scipy", "matplotlib", "seaborn", "scikit-learn")
_TORCH = ("torch", "torchvision")
_BROUGHT = (
    (
        r"(^|/)(apache/airflow|bitnami/airflow|astro-runtime|astrocrpublic\.azurecr\.io/runtime)\b",
        (
            "apache-airflow",
            "kubernetes",
            "boto3",
            "docker",
            "redis",
            "psycopg2-binary",
            "pandas",
            "google-cloud-storage",
            "google-cloud-bigquery",
        ),
    ),
    (r"(^|/)tensorflow/tensorflow\b", ("tensorflow",)),
    (r"(^|/)pytorch/pytorch\b", _TORCH),
    (r"(^|/)pytorch/torchserve\b", ("torch", "torchserve")),
    (r"(^|/)jupyter/(scipy|datascience|tensorflow|pytorch|pyspark|all-spark)-notebook\b", _SCIENTIFIC),
    (r"(^|/)jupyter/tensorflow-notebook\b", ("tensorflow",)),
    (r"(^|/)jupyter/pytorch-notebook\b", _TORCH),
    (r"(^|/)continuumio/anaconda3?\b", _SCIENTIFIC),
    (r"(^|/)nvidia/pytorch\b", (*_TORCH, "numpy", "scipy", "pandas", "scikit-learn", "matplotlib", "tensorboard")),
    (r"(^|/)nvidia/tensorflow\b", ("tensorflow", "numpy")),
    (r"\.dkr\.ecr\.[\w.-]+/(huggingface-)?pytorch-(training|inference)\b", (*_TORCH, "numpy", "scipy", "pandas", "boto3")),
    (r"\.dkr\.ecr\.[\w.-]+/(huggingface-)?tensorflow-(training|inference)\b", ("tensorflow", "numpy", "scipy", "pandas", "boto3")),
    (r"\.dkr\.ecr\.[\w.-]+/huggingface-\w+-(training|inference)\b", ("transformers",)),
    (r"\.dkr\.ecr\.[\w.-]+/sagemaker-scikit-learn\b", ("scikit-learn", "numpy", "pandas", "scipy")),
    (r"\.dkr\.ecr\.[\w.-]+/sagemaker-xgboost\b", ("xgboost", "scikit-learn", "numpy", "pandas", "scipy")),
    (r"(^|/)huggingface/transformers-(pytorch|all)\b", ("transformers", "torch")),
    (r"(^|/)huggingface/transformers-tensorflow\b", ("transformers", "tensorflow")),
    (r"(^|/)rapidsai/(rapidsai|base|notebooks)\b", ("cudf", "cuml", "dask", "pandas", "numpy")),
    (r"(^|/)kaggle(-gpu)?-images/python\b", (*_SCIENTIFIC, *_TORCH, "tensorflow", "xgboost", "lightgbm", "catboost", "transformers")),
    (r"(^|/)ultralytics/ultralytics\b", ("ultralytics",)),
    (r"(^|/)(deeplearning-platform-release|vertex-ai/(training|prediction))/(tf|tensorflow)[\w.-]*", (*_SCIENTIFIC, "tensorflow")),
    (r"(^|/)(deeplearning-platform-release|vertex-ai/(training|prediction))/pytorch[\w.-]*", (*_SCIENTIFIC, *_TORCH)),
    (r"(^|/)(deeplearning-platform-release|vertex-ai/(training|prediction))/(scikit-learn|sklearn)[\w.-]*", _SCIENTIFIC),
    (r"(^|/)(deeplearning-platform-release|vertex-ai/(training|prediction))/xgboost[\w.-]*", (*_SCIENTIFIC, "xgboost")),
    (r"(^|/)azureml/curated/sklearn-", _SCIENTIFIC),
    (r"(^|/)tiangolo/uvicorn-gunicorn-fastapi\b", ("fastapi", "uvicorn", "gunicorn")),
    (r"(^|/)tiangolo/(uwsgi-nginx|meinheld-gunicorn)-flask\b", ("flask",)),
)  # fmt: skip
_IN_IMAGES = tuple((regex(pattern), brought) for pattern, brought in _BROUGHT)
"""Public images, and the libraries that they are made to bring."""


def in_images(facts: Facts) -> tuple[str, ...]:
    """The distributions that the images bring which a file names."""
    images = [value for key, value in facts.attrs if key == "base-image"]
    images += [use for step in facts.steps for use in step.uses]
    found = (brought for pattern, brought in _IN_IMAGES if any(pattern.search(image) for image in images))
    return tuple(name for brought in found for name in brought)
