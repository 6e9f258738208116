"""From settings to services: the one place that chooses parts."""

from functools import partial

from pydantic import SecretStr

from bot.clock import now
from bot.editions import Editions, LateReception, Press
from bot.figures import CountedChannel
from bot.late import LateMatcher, LateSegmenter
from bot.lawsearch import LawSearch
from bot.replay import Replayer
from bot.services import Services
from bot.spool import Spool
from bot.storage.engine import make_engine
from bot.storage.published import released_since
from bot.storage.store import SqlStore
from bot.storage.tokens import SqlTokenShelf
from bot.storage.vault import DatabaseVault, sealing_key
from bot.tasks import Tasks
from bot.telling import Teller
from bot.web.page import PageChannel
from bot.wechat.calls import Wire
from bot.wechat.client import Platform
from bot.wechat.envelope import Post, aes_key
from bot.wechat.media import MediaSource
from bot.wechat.push import PushChannel
from bot.wechat.shelf import Seal
from bot.wechat.tokens import Tokens
from config.settings import Settings
from handlers.articles import Articles
from handlers.attachments import Source
from handlers.collector import Collector
from handlers.compose import Composer
from handlers.courier import Courier
from handlers.desk import Desk
from handlers.model import ChannelName
from handlers.ports import Channel, Clock
from knowledge.commands import Commands
from knowledge.emergency import Screen
from knowledge.library import CONTENT, Library
from knowledge.menu import Menu
from knowledge.statutes.lookup import LookUps, Phrasing
from knowledge.statutes.naming import Names
from knowledge.statutes.sources import InstalledLaws, TextFolder
from knowledge.statutes.texts import Corrections, Texts
from knowledge.statutes.texts import Source as LawSource
from knowledge.wording import Wording

LEXICON = CONTENT / "lexicon"


def build(settings: Settings, clock: Clock = now) -> Services:
    """The services of this installation. Opens no connection; raises ContentError."""
    files = Library.read(locality=settings.locality)
    wording = Wording.read(CONTENT / "wording.yaml")
    commands = Commands.read(LEXICON / "commands.yaml")
    store = SqlStore(make_engine(settings.database))
    lookups = law_lookups(settings, files)
    segmenter = LateSegmenter(settings.data_dir / "cache")
    press = _press(settings, clock, store, segmenter, commands, wording, Articles(lookups))
    editions = Editions(files, press, partial(released_since, store.engine))
    # Whoever carries answers of staff needs no entries: one composer serves in every edition.
    composer = Composer(wording, files)
    vault = _vault(settings, store)
    api = _usable_platform(settings, store, clock)
    channels = _channels(api)
    courier = Courier(store, clock, channels, composer)
    collector = Collector(store, clock, settings.zone, _sources(api, vault), vault, composer)
    spool = Spool.under(settings.data_dir, settings.personal_data_key)
    tasks = Tasks(settings, courier, collector, clock)
    teller = Teller(spool, store, channels, wording, clock)
    return Services(
        settings=settings,
        clock=clock,
        store=store,
        editions=editions,
        wording=wording,
        menu=Menu.read(CONTENT / "menu.yaml", commands),
        desk=Desk(store, clock, settings.zone, composer),
        courier=courier,
        tasks=tasks,
        vault=vault,
        spool=spool,
        lookups=lookups,
        law_search=LawSearch(lookups.texts, settings.data_dir / "cache", segmenter),
        replayer=Replayer(spool, LateReception(editions), teller, clock, tasks.gather),
    )


def law_lookups(settings: Settings, library: Library) -> LookUps:
    """Look-ups of articles over every text at hand: brought ones first, the installed last."""
    statutes, register = CONTENT / "statutes", library.register
    corrections = Corrections.read(statutes / "texts.yaml")
    sources: list[LawSource] = [TextFolder(settings.data_dir / "statutes", register)]
    if settings.statute_texts is not None:
        sources.append(TextFolder(settings.statute_texts, register, corrections.folders))
    if (installed := InstalledLaws.found()) is not None:
        sources.append(installed)
    texts = Texts(register, sources, corrections)
    return LookUps(register, Names.of(register), texts, Phrasing.read(LEXICON / "lookup.yaml"))


def post_office(settings: Settings) -> Post | None:
    """How pushes of the platform are opened; None where WeChat is not set up."""
    if settings.wechat_token is None:
        return None
    keys = (settings.wechat_encoding_aes_key, settings.wechat_previous_encoding_aes_key)
    return Post(
        token=settings.wechat_token.get_secret_value(),
        app_id=settings.wechat_app_id,
        keys=tuple(aes_key(key.get_secret_value()) for key in keys if key is not None),
        modes=settings.wechat_message_modes,
    )


def _press(
    settings: Settings,
    clock: Clock,
    store: SqlStore,
    segmenter: LateSegmenter,
    commands: Commands,
    wording: Wording,
    articles: Articles,
) -> Press:
    return Press(
        store=store,
        clock=clock,
        zone=settings.zone,
        screen=Screen.read(LEXICON / "danger.yaml"),
        commands=commands,
        wording=wording,
        articles=articles,
        make_matcher=lambda library, before: LateMatcher(library, segmenter, before),
    )


def platform(settings: Settings, store: SqlStore, clock: Clock) -> Platform | None:
    """The platform's API for our account; None without WECHAT_APP_SECRET."""
    secret = settings.wechat_app_secret
    if secret is None:
        return None
    wire = Wire(settings.wechat_api_base_url)
    # The app's own secret where there is no other: a token is never kept in the clear.
    seal = Seal.with_key(settings.personal_data_key or settings.secret_key or secret)
    shelf = SqlTokenShelf(store.engine)
    return Platform(wire, Tokens(wire, settings.wechat_app_id, secret, shelf, seal, clock))


def _usable_platform(settings: Settings, store: SqlStore, clock: Clock) -> Platform | None:
    """The same; None also where the account may do nothing beyond passive replies."""
    if not settings.wechat_account_kind.may_push:
        return None
    return platform(settings, store, clock)


def _channels(api: Platform | None) -> dict[ChannelName, Channel]:
    channels: dict[ChannelName, Channel] = {ChannelName.CHAT: PageChannel()}
    if api is not None:
        channels[ChannelName.WECHAT] = PushChannel(api)
    return {name: CountedChannel(str(name), channel) for name, channel in channels.items()}


def _vault(settings: Settings, store: SqlStore) -> DatabaseVault:
    secret = settings.personal_data_key
    return DatabaseVault(store.engine, sealing_key(secret.get_secret_value()) if secret else None)


def _sources(api: Platform | None, vault: DatabaseVault) -> dict[ChannelName, Source]:
    """Nothing is fetched that could not be kept sealed."""
    if api is None or vault.key is None:
        return {}
    tokens = api.tokens
    source = MediaSource(
        api.wire.base_url,
        lambda: tokens.current().get_secret_value(),
        lambda refused: tokens.instead_of(SecretStr(refused)).get_secret_value(),
    )
    return {ChannelName.WECHAT: source}
