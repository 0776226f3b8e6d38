"""Commands that run in a container: `docker run -v $PWD/data:/data -w /app image python train.py`."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.language.arguments import Arguments, option_names, split
from auditor.language.prefixes import tool_of
from auditor.model.facts import Word
from auditor.model.regex import regex

_ENGINES = frozenset({"docker", "podman", "nerdctl", "docker-compose", "podman-compose"})
_GLOBAL = frozenset({"-H", "--host", "-c", "--context", "--config", "-l", "--log-level"})
_RUN = option_names("""
    -e --env --env-file -v --volume --mount -p --publish --name -w --workdir -u --user --network --net --gpus
    --shm-size -m --memory --cpus --entrypoint --platform --restart -l --label --add-host --device --runtime
    --ipc --ulimit --hostname -h --cidfile --cpuset-cpus --memory-swap --pid --pull --security-opt --cap-add
    --cap-drop --tmpfs --log-driver --log-opt --dns --expose --group-add --ip --link --mac-address
    --oom-score-adj --pids-limit --stop-signal --storage-opt --sysctl --userns --uts --volumes-from --health-cmd
    --env-from -a --attach --cgroup-parent --index
""")
_COMPOSE = frozenset({"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi", "--parallel"})  # fmt: skip
_BUILD = option_names("""
    -f --file -t --tag --build-arg --target --platform --cache-from --cache-to --label --network --progress
    --secret --ssh -o --output --iidfile --add-host --builder --build-context --metadata-file --memory -m
    --shm-size --ulimit
""")
_VOLUME = regex(r"(?P<host>(?:[A-Za-z]:[\\/])?[^:]*):(?P<inside>/[^:]*)(?::(?P<mode>[\w,]+))?")


class Contained(msgspec.Struct, frozen=True):
    """A command about containers.

    `action`: `run` (a command, or what the image starts, in a new container), `exec` (in one that runs), `up`
    (services), `build` (an image), `tag` (another name for one: the second of two names). `names` are images to run or tags built, or services of a compose file; `words`
    are the command. `mounts` are pairs of a folder of the host and one inside; `files` are compose files or the
    Dockerfile, `context` the folder that an image is built from.
    """

    action: str
    names: tuple[Word, ...] = ()
    words: tuple[Word, ...] = ()
    mounts: tuple[tuple[Word, str], ...] = ()
    folder: Word | None = None
    environment: tuple[tuple[str, str], ...] = ()
    files: tuple[Word, ...] = ()
    context: Word | None = None
    composed: bool = False

    def on_host(self, inside: str) -> Word | None:
        """The path on the host of a path inside, where it is mounted."""
        for host, mount in sorted(self.mounts, key=lambda mount: -len(mount[1])):
            below = inside.removeprefix(mount.rstrip("/"))
            if below != inside and (not below or below.startswith("/")):
                return Word(host.text.rstrip("/") + below, host.exact)
        return None

    def host_folder(self) -> Word | None:
        """The working folder on the host, where it is given and mounted."""
        return self.on_host(self.folder.text) if self.folder is not None else None


def is_engine(word: str) -> bool:
    """Whether a word is a container engine."""
    return tool_of(word) in _ENGINES


def read_container(words: Sequence[Word]) -> Contained | None:
    """What a command of a container engine does; None for any other command, or where it does something else."""
    if not words or not is_engine(words[0].text):
        return None
    composed = tool_of(words[0].text).endswith("-compose")
    given = split(words[1:], _COMPOSE if composed else _GLOBAL, leading=True)
    rest = given.rest
    if not composed and rest and rest[0].text == "compose":
        composed, given = True, split(rest[1:], _COMPOSE, leading=True)
        rest = given.rest
    if not composed and len(rest) > 1 and rest[0].text in ("container", "image", "buildx", "builder"):
        rest = rest[1:]
    if not rest:
        return None
    action, rest = rest[0].text, rest[1:]
    if composed:
        return _composed(action, rest, given)
    if action == "build":
        return _build(split(rest, _BUILD))
    if action == "tag" and len(rest) == 2:
        return Contained("tag", rest)
    if action in ("run", "exec", "create"):
        return _run("run" if action == "create" else action, split(rest, _RUN, leading=True))
    return None


def compose_files(words: Sequence[Word]) -> tuple[Word, ...]:
    """The files of services that a command names, whatever it does with them."""
    if not words or not is_engine(words[0].text):
        return ()
    texts = [word.text for word in words[:2]]
    start = 1 if tool_of(texts[0]).endswith("-compose") else 2 if texts[1:] == ["compose"] else len(words)
    return tuple(split(words[start:], _COMPOSE, leading=True).every("-f", "--file"))


def _composed(action: str, rest: tuple[Word, ...], given: Arguments) -> Contained | None:
    files = tuple(given.every("-f", "--file"))
    if action in ("run", "exec"):
        made = _run(action, split(rest, _RUN, leading=True))
        return msgspec.structs.replace(made, files=files, composed=True) if made is not None else None
    if action in ("up", "start", "create", "build", "watch"):
        options = split(
            rest, {"-t", "--timeout", "--scale", "--exit-code-from", "--build-arg", "--pull", "-m", "--memory"}
        )
        return Contained("build" if action == "build" else "up", options.rest, files=files, composed=True)
    return None


def _run(action: str, given: Arguments) -> Contained | None:
    if not given.rest:
        return None
    entry = given.first("--entrypoint")
    words = given.rest[1:]
    if entry is not None and entry.text:
        words = (entry, *words)
    mounts = [mount for option in given.every("-v", "--volume") if (mount := _volume(option)) is not None]
    mounts += [mount for option in given.every("--mount") if (mount := _mount(option)) is not None]
    environment = [option.text.partition("=") for option in given.every("-e", "--env")]
    return Contained(
        action,
        given.rest[:1],
        words,
        tuple(mounts),
        given.first("-w", "--workdir"),
        tuple((name, value) for name, equals, value in environment if equals),
    )


def _volume(option: Word) -> tuple[Word, str] | None:
    found = _VOLUME.fullmatch(option.text)
    host = found.group("host") if found is not None else ""
    if found is None or not host.startswith((".", "/", "~", "{")):
        return None  # a named volume is no folder of the host
    return Word(host, option.exact or "{" not in host), found.group("inside")


def _mount(option: Word) -> tuple[Word, str] | None:
    """`--mount type=bind,source=x,target=/y`."""
    fields = {name.strip(): value for name, _, value in (part.partition("=") for part in option.text.split(","))}
    source = fields.get("source") or fields.get("src") or ""
    target = fields.get("target") or fields.get("dst") or fields.get("destination") or ""
    if fields.get("type", "bind") != "bind" or not source or not target.startswith("/"):
        return None
    return Word(source, option.exact), target


def _build(given: Arguments) -> Contained:
    context = given.rest[0] if given.rest else None
    return Contained(
        "build", tuple(given.every("-t", "--tag")), files=tuple(given.every("-f", "--file")), context=context
    )
