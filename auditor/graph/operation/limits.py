"""Questions about actions: whether what a model predicts moves money, goods or people's mail by itself, and what bounds it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.coupling.sides import predicting_sites
from auditor.graph.observed.answers import asks_a_model
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, If, Item, Name, Slice
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame, Instance, Library
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import Placed, heads, placed, within

_TRADING = frozenset({
    "stripe", "paypalrestsdk", "braintree", "adyen", "square", "ccxt", "alpaca_trade_api", "alpaca", "binance", "ib_insync", "oandapyV20", "web3",
    "kiteconnect", "robin_stocks", "MetaTrader5", "coinbase", "krakenex",
})  # fmt: skip
"""Libraries by which a program pays or trades."""
_MESSAGING = frozenset({"smtplib", "twilio", "sendgrid", "mailchimp_transactional", "postmarker", "mailjet_rest", "vonage", "firebase_admin", "onesignal_sdk"})  # fmt: skip
"""Libraries by which a program writes to people. One message may go to who operates it; one a row goes to customers."""
_ACTS = regex(
    r"^(create|submit|place|market|limit|new|send)?_?(market_|limit_|bracket_)?(order|orders|buy|sell|charge|payment|transfer|refund|payout|transaction|raw_transaction)$"
    r"|^(create|capture|buy|sell|submit|send_message|sendmail|send_email|send|send_each|send_multicast|close_position|order_send|placeOrder)$",
    re.I,
)
_ADDRESS = regex(
    r"/(orders?|trades?|buy|sell|payments?|payouts?|transfers?|refunds?|charges?|block|ban|suspend|deactivate|disable|unsubscribe|prices?|discounts?|coupons?|"
    r"emails?/send|send[-_]?(email|sms)|messages?)(/|\?|$)",
    re.I,
)
_POSTS = frozenset({"requests.post", "requests.put", "requests.patch", "requests.delete", "httpx.post", "httpx.put", "httpx.patch", "httpx.delete"})  # fmt: skip
_BOUNDS = regex(
    r"limit|(^|_)cap(s|ped)?(_|$)|(^|_)max(imum)?(_|$)|budget|quota|throttl|dry_?run|enabled?(_|$)|kill|switch|feature_?flag|approv|confirm|human|review|"
    r"cool_?down|at_most|per_(day|hour|run)|daily|(^|_)count|sent_today|paper|sandbox|simulat|notional|exposure|risk|stop_?loss|position_size",
    re.I,
)
"""Words of whatever bounds an action, switches it off, or lets a person decide."""


class Action(msgspec.Struct, frozen=True):
    """A call by which a program acts on what a model predicts. `bound` is the word of what bounds it, "" without one."""

    place: Place
    says: str
    predicted: Place
    bound: str


def actions(world: World, owned: Callable[[str], bool]) -> list[Action]:
    """The calls of a component's product code that act on a prediction without a person between."""
    found: list[Action] = []
    for site in sorted(_near_predictions(world)):
        path = site[0]
        if owned(path) and places.is_product(path) and not path.endswith(".ipynb") and _imports_actor(world, path):
            found += _in_scope(world, site)
    return found


def _near_predictions(world: World) -> set[Site]:
    """The scopes that predict, and those that call them."""
    predicting = predicting_sites(world)
    return set(predicting) | {
        call.caller for site in predicting for call in world.resolved.effects.callers.get(site, ()) if call.direct
    }


def _imports_actor(world: World, path: str) -> bool:
    roots = _TRADING | _MESSAGING | {"requests", "httpx"}
    return any(
        imported.module.partition(".")[0] in roots
        for number in world.resolved.code.scopes(path)
        for statement, _, _ in world.resolved.code.index(path, number).imports
        for imported in (statement.names if not statement.level else ())
    )


def _in_scope(world: World, site: Site) -> Iterator[Action]:
    for at in placed(world.resolved.code.scope(*site).body):
        for head in heads(at.statement):
            for node in within(head):
                says = _acts(world, site, node, at) if type(node) is Call else ""
                predicted = _decided_by(world, site, at, node) if says and type(node) is Call else None
                if predicted is not None:
                    place = world.resolved.code.place(site[0], at.line)
                    yield Action(place, says, predicted, _bound(world, site))


def _acts(world: World, site: Site, call: Call, at: Placed) -> str:
    """What a call does to the world, in words; "" where it does nothing that is known."""
    name = call.func.name if type(call.func) is Attr else ""
    dotted = _made_of(world, site, call, at)
    root = dotted.partition(".")[0]
    if root in _TRADING and _ACTS.search(name):
        return f"{root}: {name}(…)"
    if root in _MESSAGING and _ACTS.search(name) and at.loops:
        return f"{root}: {name}(…) for each row"
    if dotted in _POSTS and call.args:
        for value in world.resolved.evaluator.values(call.args[0], Frame(*site, block=at.block)):
            if value.known and _ADDRESS.search(value.text()):
                return f"{dotted} to {value.text()[:60]}"
    return ""


def _made_of(world: World, site: Site, call: Call, at: Placed) -> str:
    """The qualified name of what is called, or of the library object at the root of the attributes."""
    denoter, frame = world.resolved.evaluator.denoter, Frame(*site, block=at.block)
    expr: Expr = call.func
    while True:
        known = denoter.denote(expr, frame)
        if type(known) is Library and not known.dotted.startswith("builtins."):
            return known.dotted
        if type(known) is Instance and isinstance(known.of, str):
            return known.of
        if type(expr) is Attr:
            expr = expr.base
        elif type(expr) is Name and (made := _constructor(world, expr, frame)) is not None:
            expr, frame = made
        else:
            return ""


def _constructor(world: World, name: Name, frame: Frame) -> tuple[Expr, Frame] | None:
    """What a name was made by, where it is bound once: `api = alpaca.REST(…)`, `with smtplib.SMTP(…) as mail`."""
    bindings = world.resolved.evaluator.denoter.bindings(name, frame)
    if len(bindings) != 1 or bindings[0][0].how not in ("value", "context") or type(bindings[0][0].value) is not Call:
        return None
    return bindings[0][0].value.func, bindings[0][1]


def _decided_by(world: World, site: Site, at: Placed, call: Call) -> Place | None:
    """Where the prediction was made on which a call hangs: by a test or a loop around it, or by its arguments."""
    deciding = [around.test for around in at.around if type(around) is If]
    deciding += [loop.source for loop in at.loops]
    for expr in (*deciding, *call.args, *(value for _, value in call.keywords)):
        if type(expr) is Const:
            continue
        for origin in world.flows.origins.of(expr, Frame(*site, block=at.block), at.line, held=False).calls:
            if _predicts(world, origin.call, origin.frame):
                return world.resolved.code.place(origin.frame.path, origin.call.line)
    return None


def _predicts(world: World, call: Call, frame: Frame) -> bool:
    return asks_a_model(call) or any(
        effect.call is call and effect.role is Role.PREDICT
        for effect in world.resolved.effects.own.get((frame.path, frame.scope), ())
    )


def _bound(world: World, site: Site) -> str:
    """The first word, in the scope, its callers or their files' settings, of something that bounds what is done."""
    sites = {site, (site[0], 0)} | {call.caller for call in world.resolved.effects.callers.get(site, ())}
    for each in sorted(sites):
        for at in placed(world.resolved.code.scope(*each).body):
            for head in heads(at.statement):
                for node in within(head):
                    if word := _bounding(node):
                        return word
    return ""


def _bounding(node: Expr) -> str:
    if type(node) is Item and type(node.key) is Slice:
        return "a slice"
    said = last_name(node)
    if type(node) is Const and isinstance(node.value, str) and len(node.value) < 60:
        said = node.value
    if type(node) is Call:
        said = next((name for name, _ in node.keywords if _BOUNDS.search(name)), "")
    if said == "head":
        return said
    return said if _BOUNDS.search(said) else ""
