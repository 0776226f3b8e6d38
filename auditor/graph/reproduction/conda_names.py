"""What conda calls a distribution that installers of Python packages know by another name."""

from __future__ import annotations

from auditor.model.facts import Requirement

_CALLED = {
    "torch": ("pytorch", "pytorch-cpu", "pytorch-gpu", "pytorch-cuda"),
    "opencv-python": ("opencv", "py-opencv", "libopencv"),
    "tables": ("pytables",),
    "msgpack": ("msgpack-python",),
    "matplotlib": ("matplotlib-base",),
    "tensorflow": ("tensorflow-base", "tensorflow-mkl", "tensorflow-eigen"),
    "keras": ("keras-gpu", "keras-base"),
    "xgboost": ("py-xgboost", "py-xgboost-cpu", "py-xgboost-gpu"),
    "torch-geometric": ("pyg", "pytorch-geometric"),
    "torch-scatter": ("pytorch-scatter",),
    "torch-sparse": ("pytorch-sparse",),
    "torch-cluster": ("pytorch-cluster",),
    "dask": ("dask-core",),
    "graphviz": ("python-graphviz",),
    "kaleido": ("python-kaleido",),
    "faiss-cpu": ("faiss",),
    "pyqt5": ("pyqt",),
    "ray": ("ray-core", "ray-default", "ray-tune"),
    "seaborn": ("seaborn-base",),
    "dvc": ("dvc-base",),
}
_NAMES = {called: name for name, others in _CALLED.items() for called in others}


def of_conda(requirement: Requirement) -> str:
    """The name of what conda installs for a requirement, as it is called elsewhere; its own where that is the same."""
    return _NAMES.get(requirement.name, requirement.name) if requirement.source == "conda" else requirement.name
