"""COD005: what comes from outside is loaded in a way that runs it."""

from __future__ import annotations

from auditor.rulekit import ArtefactGraph, Check, Clean, Effort, Finding, Iterator, Judgement, Rule, Severity, plural

RULE = Rule(
    id="COD005",
    name="unsafe-deserialisation",
    severity=Severity.HIGH,
    reliability="B",
    check=Check.DENSITY,
    archetypes="PSARNLT",
    effort=Effort("30m", "2h"),
    each=Effort("15m", "1h"),
    unit="loads that run what they load",
    references=("Python documentation, pickle", "SE4ML practices, security"),
    anywhere=True,
)

SAYS = {
    "upload": "{name} unpickles what a user sends, and so runs whatever is in it",
    "url": "{name} unpickles what was fetched from a URL, and so runs whatever lies there",
    "store": "{name} unpickles what was fetched from a store: who may write there runs code here",
    "code": "{name} is loaded with the code of its hub page, at whatever revision that has today",
    "yaml": "{name} builds any Python object that the document names",
    "loader": "{name} is called without a loader: it builds any object before PyYAML 5.1 and fails from 6.0 on",
    "module": "{name} is saved whole: the file can be read only where its class lies under the same name, and reading it runs code",
}
REMEDIES = {
    "code": "pin revision= to a commit that was read, or use a model without code of its own",
    "yaml": "use yaml.safe_load",
    "loader": "use yaml.safe_load",
    "module": "save model.state_dict() and build the model in code",
}
MILDER = {"store": 2, "code": 1, "yaml": 2, "loader": 2, "module": 2}


def check(graph: ArtefactGraph) -> Iterator[Judgement]:
    loads = graph.unsafe_loads()
    if loads.own:
        yield Clean(loads.own, f"{plural(loads.own, 'load')} of artefacts that nothing shows to come from outside")
    # That the code of a hub page is run at any revision is told with the revision (REP009).
    told = {name for asset in graph.assets().unpinned if asset.trusted for name in (asset.name, *asset.others)}
    for each in loads.unsafe:
        yield Finding(
            SAYS[each.kind].format(name=each.name),
            each.place,
            entity=f"{each.kind}|{each.name}",
            remedy=REMEDIES.get(
                each.kind,
                "load a format that holds data alone (safetensors, ONNX, weights_only=True), or check a hash first",
            ),
            related=(each.source.says("comes from here"),) if each.source is not None else (),
            milder=MILDER.get(each.kind, 0) + (each.kind == "code" and each.name in told),
        )
