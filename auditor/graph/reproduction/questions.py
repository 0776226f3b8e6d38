"""The questions of a component about reproduction."""

from __future__ import annotations

from functools import cached_property

from auditor.graph import places
from auditor.graph.part import Part
from auditor.graph.reproduction import (
    foundlings,
    images,
    imported,
    installs,
    misnamed,
    notebook_state,
    outdated,
    packages,
    pictured,
    pretrained,
    randomness,
    records,
    runtime,
    starting,
    train_serve,
    undone,
)
from auditor.graph.started import Started
from auditor.model.artefact import Role
from auditor.model.place import Place


class Reproduction(Part):
    """Whether somebody else, or the same people next year, can train the same model."""

    @property
    def _is_shipped(self) -> bool:
        """Whether it is a library before anything else."""
        return self.confidence("L") > self.confidence("PSAR")

    @cached_property
    def chances(self) -> list[randomness.Chance]:
        """What chance decides on the way to a model, by file."""
        return randomness.chances(self._world, self.owns)

    def undone_seeds(self) -> list[undone.Undone]:
        """The calls that draw a new seed after a program that trains has set one."""
        return undone.undone(self._world, self.owns)

    def is_needed(self, path: str) -> bool:
        """Whether a program, or one that imports it, is started, named, or declares a pipeline."""
        return self._world.once(Started).needs(path)

    def is_left(self, path: str) -> bool:
        """Whether a program lies in a folder of what is not run any more, and nothing starts, names or imports it."""
        return places.is_put_aside(path) and not self.is_needed(path)

    def only_draws(self, path: str) -> bool:
        """Whether nothing is left of a program but a picture."""
        return pictured.only_draws(self._world, path)

    def simulates(self, path: str) -> bool:
        """Whether a program takes in nothing, and nothing is left of it but a picture."""
        return pictured.simulates(self._world, path)

    def keeps_model(self, path: str) -> bool:
        """Whether a run of a program leaves a model behind."""
        effects = self._world.lineage.effects_of_program(path, Role.SAVE_MODEL, Role.REGISTER, Role.LOG_ARTIFACT)
        return next((each for each in effects if not each.dead), None) is not None

    @cached_property
    def pinnings(self) -> list[packages.Pinning]:
        """How far what each environment asks for is pinned."""
        return packages.pinnings(self._world, self.owns)

    def installed_loosely(self) -> list[installs.Installed]:
        """What notebooks and images of the component install by name and without a version."""
        images = {step.path for step in self._world.steps.all if step.tool == "docker"}
        found = installs.installed(self._world, self.owns)
        kept = [each for each in found if each.place.path in images or each.place.path.endswith(".ipynb")]
        return [each for each in kept if not each.requirement.pinned]

    @cached_property
    def imports(self) -> imported.Imports:
        """What is imported, by whether an environment asks for it."""
        return imported.imports(self._world, self.owns, outright=self._is_shipped)

    def refused(self) -> list[misnamed.Refused]:
        """The lists with lines that pip refuses."""
        return list(misnamed.refused(self._world, self.owns))

    def misnamed(self) -> list[tuple[str, list[misnamed.Misnamed]]]:
        """The lists of packages that ask for names of imports, with the lines."""
        return list(misnamed.misnamed(self._world, self.owns))

    def bare_images(self) -> list[images.Bare]:
        """Images whose program imports what they do not install."""
        return list(images.bare_images(self._world, self.owns))

    def no_backends(self) -> list[tuple[str, Place]]:
        """The build backends that package definitions name and nothing has."""
        return list(misnamed.no_backends(self._world, self.owns))

    def outdated(self) -> list[outdated.Outdated]:
        """What is used of libraries that releases without it may be installed of."""
        return outdated.outdated(self._world, self.owns)

    def conflicts(self) -> list[packages.Conflict]:
        """Packages that two environments ask for in versions that exclude each other."""
        return packages.conflicts(self._world, self.owns)

    def disagreements(self) -> list[train_serve.Disagreement]:
        """Packages that a model is trained with in one version and served with in another."""
        return train_serve.disagreements(self._world, self.owns)

    def runtime(self) -> runtime.Runtime:
        """Images, actions and the interpreter, by whether their names hold still."""
        return runtime.runtime(self._world, self.owns)

    def notebooks(self) -> notebook_state.Notebooks:
        """Notebooks whose saved state does not follow from their cells."""
        return notebook_state.notebooks(self._world, self.owns)

    def assets(self) -> pretrained.Assets:
        """Models and data sets of a hub, by whether the revision is named; of a library what it ships, not what it shows."""
        return pretrained.assets(self._world, self.owns, packaged=self._is_shipped)

    def records(self) -> list[records.Record]:
        """The training programs with what their runs leave a record of."""
        return records.records(self._world, self.owns)

    def foundlings(self) -> foundlings.Foundlings:
        """Models that are loaded to predict, by whether their making can be seen."""
        return foundlings.foundlings(self._world, self.owns)

    def entry_points(self) -> starting.EntryPoints:
        """Training programs, by whether something that is declared or documented starts them."""
        return starting.entry_points(self._world, self.owns)
