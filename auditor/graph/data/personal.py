"""Paths that exist on one person's machine or drive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import msgspec

from auditor.graph import places
from auditor.graph.data.asked_to_change import asks_to_change
from auditor.graph.data.candidates import candidates
from auditor.graph.data.held_names import held_by, is_offered, is_read
from auditor.graph.data.provided import is_written
from auditor.graph.observed.written import BELOW_HOME, Written, written
from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.model.facts import Command, Facts
from auditor.model.ir import Assign, Choice, Name, Op, Program
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.naming.statements import placed
from auditor.program.naming.words import records

_HOME = r"(?:/home/|/Users/|/mnt/c/Users/|[A-Za-z]:[\\/]+Users[\\/]+)(?P<user>[\w.@-]+)[\\/]+(?!\.)[^\s'\"]+"
_ACCOUNT = regex(r"/home/(?P<user>[\w.@-]+)")
_SHARE = (
    r"/(?:vol|volumes?|nfs|data|mnt|media|storage|scratch|gpfs|lustre|beegfs|ceph|cluster|fs|network|work|project|projects|hpc"
    r"|shares?|shared|export|net|raid|disk|ssd|nvme)\d*/+"
)
"""Where sites mount what their machines share."""
_DESK = r"(?:Desktop|Documents|Downloads|OneDrive(?: - [\w ]+)?|Dropbox|Google ?Drive)"
"""Folders of a home that a person fills by hand: what tools keep there has folders of its own."""
_ON_DESK = regex(rf"{_DESK}(/|$)")
_KINDS = {
    "home": regex(_HOME),
    "drive": regex(r"[D-Zd-z]:[\\/]+(?![\\/]|Windows\b|Program)[^\s'\"\\/:*?<>|]{2,}[\\/]+[^\s'\"]+", re.I),
    "colab": regex(r"/content/(?:g?drive)/[^\s'\"]+"),
    "filestore": regex(r"(?:dbfs:/|/dbfs/)FileStore/[^\s'\"]+"),
    "tilde": regex(r"~/(?!\.)[^\s'\"]+/[^\s'\"]*|~/(?!\.)[^\s'\"]+\.\w+"),
    "desk": regex(rf"{re.escape(BELOW_HOME)}{_DESK}/[^'\"]+"),
    "kaggle": regex(r"(?:/|\.\./)kaggle/input/[^\s'\"]+"),
    "share": regex(
        rf"{_SHARE}(?:[\w.-]+/+){{0,4}}?(?:users?|homes?|people|staff|students|guests)/+(?P<user>[\w.@-]+)/+(?!\.)[^\s'\"]+"
    ),
    "site": regex(r"/(?:nfs|software|gpfs|lustre|beegfs)\d*/+[\w.-]+/+[\w.-]+[^\s'\"]*"),
}
"""The worst first. Hidden folders of a home (`~/.cache`) belong to tools and are no data."""

_PATTERN = regex(r"\.\*|\[\^|\(\?|\\d(?![A-Za-z_])|\$$")
"""What only regular expressions hold."""

_STARTS = ("/", "~", "dbfs:")
_MAY_HOLD = regex(
    r"^Path\.home\(\)/|/home/|/Users/|[A-Za-z]:[\\/]|/content/|FileStore/|~/|kaggle/input/"
    r"|/(?:users?|homes?|people|staff|students|guests|(?:nfs|software|gpfs|lustre|beegfs)\d*)/"
)
_PARTS = (
    "/home/", "/Users/", ":/", ":\\", "/content/", "FileStore/", "~/", "kaggle/input/", "/user", "/homes/", "/people/", "/staff/",
    "/students/", "/guests/", "/nfs", "/software/", "/gpfs", "/lustre", "/beegfs",
)  # fmt: skip
"""What it may hold has one of these."""
_NOBODY = frozenset({
    "airflow", "jovyan", "jupyter", "app", "appuser", "user", "username", "users", "runner", "vscode", "coder", "docker",
    "nonroot", "node", "root", "model-server", "sagemaker-user", "ec2-user", "hadoop", "spark", "glue_user", "public",
    "shared", "you", "your_name", "yourname", "name", "me", "myuser", "someone", "default", "mambauser", "circleci",
    "azureuser", "ubuntu", "centos", "debian", "workspace", "work", "jenkins", "dagster", "prefect", "ray", "kubeflow",
    "vsts", "vagrant", "kubernetes", "gke", "core", "opc", "oracle", "git", "postgres", "mysql", "nginx", "www-data",
    "build", "builder", "site", "ci", "gitlab-runner", "travis", "semaphore", "codespace", "gitpod", "rstudio", "shiny",
    "mlflow", "dev", "developer", "test", "tester", "admin", "administrator", "ml", "model", "python", "conda",
    "anaconda", "micromamba", "worker", "celery", "api", "web", "service", "svc", "space", "huggingface", "nvidia",
    "src", "code", "project", "projects", "data", "opt", "container", "lambda", "deploy",
    "pi", "raspi", "raspberry", "orangepi", "odroid", "jetson", "khadas", "radxa", "rock",
    "john", "jane", "johndoe", "janedoe", "john.doe", "jane.doe", "foo", "bar", "guest",
})  # fmt: skip
"""Accounts of images, devices and runners, and names that stand for anybody's."""

_TELLING = frozenset({
    "print", "raise", "echo", "info", "debug", "warning", "warn", "error", "exception", "critical", "log", "write", "input",
})  # fmt: skip
_ASKING = frozenset({
    "startswith", "endswith", "replace", "split", "rsplit", "strip", "lstrip", "removeprefix", "match", "fullmatch", "search",
    "sub", "findall", "compile", "exists", "isdir", "isfile", "is_dir", "is_file",
})  # fmt: skip
_OVERRIDABLE = frozenset(
    {"add_argument", "option", "Option", "argument", "Argument", "getenv", "DEFINE_string", "widgets.text", "text"}
)
_SETTINGS = regex(r"(config|conf|param|setting|option|argument|args|env)[^/]*$", re.I)
_LEFT = regex(r"(^|/)(outputs?|results?|(ml)?runs?|artifacts?|experiments?|wandb|multirun|lightning_logs)/", re.I)
"""Folders where runs leave what they were given."""
_REWRITTEN = regex(r"^fluent_datasources\b")
"""Keys that a tool writes anew at each run."""
_REMOTE = regex(r"ssh|host|remote|server", re.I)
_INSIDE = regex(r"mount|volume|work(ing)?_?dir", re.I)
"""Keys of paths inside containers."""
_ABOVE = regex(r"(?:/[\w.-]+)+$")
"""Folders above a home: a disk or a share that is mounted there."""
_LISTED = regex(r"(?<=[^\W_]{2})[:;](?=[/~{$])")
"""What stands between the paths of a search path."""
_SHOWN = regex(r"(^|[/._-])(examples?|samples?|templates?|dist|tmpl)(\.\w+)?$", re.I)
"""Names of settings that show what to set, and hold for nobody."""
_SETTING_FORMS = frozenset({"yaml", "yml", "toml", "json", "ini", "cfg", "env", "sh"})
_MACHINES = regex(
    r"^(server|cluster|local|laptop|desktop|mac|linux|windows|hpc|slurm|remote|colab|pc|workstation)\d*$", re.I
)
_WORDS = frozenset({"help", "description", "doc", "title", "label", "metavar"})


class Personal(msgspec.Struct, frozen=True):
    """A path of one machine. `kind` is a key of the patterns; `mild` where a caller may say otherwise, nothing calls or reads it,
    a comment asks to change it, or it is one of several places that are tried."""

    path: str
    kind: str
    place: Place
    mild: bool = False


def personal_paths(world: World, owned: Callable[[str], bool]) -> dict[str, list[Personal]]:
    """Paths of one person's machine by the file that names them: programs, settings, scripts; tests and examples left out."""
    found: dict[str, list[Personal]] = {}
    for path in sorted(world.files):
        shown = path not in world.resolved.code.programs and _SHOWN.search(path)
        if owned(path) and places.is_product(path) and not places.is_byproduct(path) and not shown:
            listed = [*_in_program(world, path), *_in_settings(world, path), *_in_commands(world, path)]
            listed = [each for each in listed if not (each.kind == "home" and _is_of_image(world, each.path))]
            if listed and (_is_of_a_machine(world, path) or places.is_put_aside(path)):
                listed = [msgspec.structs.replace(each, mild=True) for each in listed]
            if listed:
                found[path] = list({(each.path, each.place): each for each in listed}.values())
    return found


def _is_of_a_machine(world: World, path: str) -> bool:
    """Whether settings are those of one machine by their name, beside the same for others: `run_laptop.yaml`, `run_server.yaml`."""
    if path in world.resolved.code.programs or places.suffix(path) not in _SETTING_FORMS:
        return False
    folder, _, name = path.rpartition("/")
    parts = re.split(r"[_.-]+", name)
    apart: dict[int, set[str]] = {}
    for other in world.files:
        if other.rpartition("/")[0] == folder and other != path:
            others = re.split(r"[_.-]+", other.rpartition("/")[2])
            differ = [n for n, (one, two) in enumerate(zip(parts, others, strict=False)) if one != two]
            if len(others) == len(parts) and len(differ) == 1:
                apart.setdefault(differ[0], {parts[differ[0]]}).add(others[differ[0]])
    return any(any(map(_MACHINES.search, names)) for names in apart.values())


def _is_of_image(world: World, path: str) -> bool:
    """Whether a home is that of an account of an image: then it is the same wherever the image runs."""
    match = _ACCOUNT.match(path)
    return match is not None and match["user"] in world.once(_accounts)


def _accounts(world: World) -> frozenset[str]:
    """The accounts that images and services name: whom they run as, and whose homes they work in, fill and mount."""
    found: set[str] = set()
    for step in world.steps.all:
        if step.tool in ("docker", "compose"):
            commands = step.step.commands
            inside = [word.text for c in commands for word in (*c.words, *c.writes)]
            inside += [step.step.folder, *(c.cwd or "" for c in commands), *(value for _, value in step.step.attrs)]
            inside += [dict(read.ref.attrs).get("to", "") for read in step.reads]
            inside += [leaf.value for leaf in world.files[step.path].leaves if isinstance(leaf.value, str)]
            found.update(match["user"] for text in inside for match in _ACCOUNT.finditer(text))
            found.add(world.files[step.path].attr("user") or "")
    return frozenset(found)


@lru_cache(maxsize=50_000)
def kind_of(text: str) -> tuple[str, str] | None:
    """The kind of a text that begins with a personal path, or holds a home folder, and that path; None for any other."""
    if not _MAY_HOLD.search(text) or len(text) > 2_000:
        return None
    for kind, pattern in _KINDS.items():
        match = pattern.match(text.strip()) or (pattern.search(text) if kind in ("home", "colab") else None)
        if match is None or "://" in text[: match.start() + 8]:
            continue
        user = match.groupdict().get("user", "")
        if (
            user.lower() in _NOBODY
            or "docker" in user.lower()
            or user.startswith(("<", "{", "$", "%", "*", "your"))
            or "..." in match[0]
            or _PATTERN.search(match[0])
        ):
            continue
        above = _ABOVE.search(match.string, 0, match.start())
        return kind, _LISTED.split((above[0] if above else "") + match[0])[0].rstrip(".,;)")
    return None


def _in_program(world: World, path: str) -> Iterator[Personal]:
    for each, line in world.seen(PERSONAL, path) if path in world.resolved.code.programs else ():
        if line and not each.mild and (world.uncalled.at(path, line) or _is_dead(world, path, line)):
            yield msgspec.structs.replace(each, mild=True)
        else:
            yield each


def _is_dead(world: World, path: str, line: int) -> bool:
    """Whether a line gives a value to a name that nothing reads, in a program that nothing imports."""
    program = world.resolved.code.programs[path]
    name = held_by(program, line)
    return bool(name) and not world.resolved.code.importers(path) and not is_read(program, name, ())


def _is_default(program: Program, line: int) -> bool:
    """Whether a line gives a value to a name that is an option's default, and nothing else."""
    name = held_by(program, line)
    return bool(name) and is_offered(program, name, _OVERRIDABLE) and not is_read(program, name, _OVERRIDABLE)


def _personal(world: Sight, path: str) -> tuple[tuple[Personal, int], ...]:
    return tuple(_within(world, path)) if places.is_product(path) and not places.is_byproduct(path) else ()


PERSONAL = Look("personal", _personal, tuple[tuple[Personal, int], ...])
"""The paths of one machine in a program, with the line of the file where a caller decides how bad that is, else 0."""


def _within(world: Sight, path: str) -> Iterator[tuple[Personal, int]]:
    code, program = world.resolved.code, world.resolved.code.programs[path]
    for escape in program.escapes:
        said = kind_of(escape.text) if escape.name not in ("markdown", "html") else None
        if said is not None:
            yield Personal(said[1], said[0], code.place(path, escape.line)), 0
    texts = code.texts(path)
    # All texts are searched at once, and hardly a program holds such a path.
    whole = "\n".join(texts)
    if (_holds_part(whole) and any(kind_of(text) for text in texts)) or any(map(_ON_DESK.match, texts)):
        fallbacks = _fallbacks(program) | candidates(program)
        for each in written(program, lambda text: kind_of(text) is not None):
            said = kind_of(each.text)
            if said is not None and _is_used(each):
                if _is_default(program, each.line):
                    continue
                mild = each.role == "default" or each.line in fallbacks or asks_to_change(program, each.line)
                yield Personal(said[1], said[0], code.place(path, each.line), mild), each.line


def _fallbacks(program: Program) -> frozenset[int]:
    """The lines where a parameter is given a value of its own: `if root is None: root = …`, `root = root or …`."""
    return frozenset(
        at.line
        for scope in program.scopes
        if scope.params
        for at in placed(scope.body)
        if type(at.statement) is Assign and _falls_back(at.statement, {param.name for param in scope.params})
    )


def _falls_back(statement: Assign, params: set[str]) -> bool:
    if any(type(target) is Name and target.id in params for target in statement.targets):
        return True
    value = statement.value
    chooses = type(value) is Choice or (type(value) is Op and value.op == "or")
    return chooses and any(type(node) is Name and node.id in params for node in records(value))


def _is_used(each: Written) -> bool:
    """Whether a text is used as a path: not told to people, compared with, or offered as the default of an option."""
    if each.role == "bare" or each.keyword in _WORDS:
        return False
    names = {call.rpartition(".")[2] for call in each.calls}
    environment = any("environ" in call for call in each.calls)
    if any(_REMOTE.search(name) for name in each.beside):
        return False  # a path of the machine that is asked
    return not (names & (_TELLING | _ASKING | _OVERRIDABLE)) and not environment


def _in_settings(world: World, path: str) -> Iterator[Personal]:
    facts = world.files[path]
    hidden = any(part.startswith(".") for part in path.split("/")[:-1])
    # written by a program, not by a person
    recorded = (path.endswith(".json") and not _SETTINGS.search(path)) or bool(_LEFT.search(path))
    if facts.kind != "config" or hidden or recorded or facts.attr("tool") is not None:
        return
    found = world.resolved.code.alone(path, _set)
    if found and not is_written(world, path):
        yield from (Personal(text, kind, Place(path, line)) for text, kind, line in found)


def _set(facts: Facts) -> tuple[tuple[str, str, int], ...]:
    """The paths of one person's machine among settings, each with its kind and line; none in what is a record."""
    found = []
    for leaf in facts.leaves:
        text = leaf.value if isinstance(leaf.value, str) else ""
        said = kind_of(text) if text.startswith(_STARTS) or text[1:2] == ":" else None
        if said is not None and not _INSIDE.search(leaf.key) and not _REWRITTEN.search(leaf.key):
            found.append((said[1], said[0], leaf.line))
    return tuple(found) if found and not places.is_record(leaf.key for leaf in facts.leaves) else ()


def _in_commands(world: World, path: str) -> Iterator[Personal]:
    met: set[str] = set()
    for step in world.steps.by_file.get(path, ()):
        if step.tool not in ("shell", "make", "dvc") or not _may_hold(step.step.commands):
            continue
        for command in step.step.commands:
            texts = [word.text for word in (*command.words, *command.reads, *command.writes)]
            said = next((found for text in texts if (found := kind_of(text)) is not None), None)
            tells = not command.words or command.words[0].text in ("echo", "printf")
            if said is not None and not tells and (root := _root(said[1])) not in met:
                met.add(root)  # one variable holds it, wherever the script uses it
                yield Personal(said[1], said[0], Place(path, command.line))


def _may_hold(commands: Iterable[Command]) -> bool:
    """Whether any word of some commands may hold a personal path: all are searched at once, and hardly one does."""
    words = (word.text for command in commands for word in (*command.words, *command.reads, *command.writes))
    return _holds_part("\n".join(words))


@lru_cache(maxsize=2_000)
def _holds_part(text: str) -> bool:
    return any(part in text for part in _PARTS) and _MAY_HOLD.search(text) is not None


def _root(path: str) -> str:
    """The first three parts of a path."""
    return "/".join(re.split(r"[\\/]+", path)[:4])
