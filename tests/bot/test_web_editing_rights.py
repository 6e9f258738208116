"""Editing in the console: who may stop, put aside, give back, and begin anew."""

import re
from collections.abc import Iterator

import pytest
import requests

from bot.web.editing.pages import LONGEST_REMARK
from handlers.cases import Role
from handlers.revisions import NewRevision
from knowledge.checks import Rules
from knowledge.entry import EntryId, TopicId
from knowledge.entrytext import version_of
from knowledge.library import CONTENT
from knowledge.overlay import Locks
from tests.bot.desk_of_editors import SHELF, TAOXIN, Editor, handed_over
from tests.bot.site import Site, open_site

HOUSE = "fangchan-zufang-02"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def wang(site: Site) -> Editor:
    return Editor(site.member())


@pytest.fixture(scope="module")
def li(site: Site) -> Editor:
    return Editor(site.member())


@pytest.fixture(scope="module")
def mediator(site: Site) -> Editor:
    return Editor(site.member(Role.MEDIATOR))


@pytest.fixture(scope="module")
def operator(site: Site) -> Editor:
    return Editor(site.member(Role.OPERATOR))


def test_one_person_withdraws_at_once_with_a_reason(site: Site, wang: Editor, li: Editor) -> None:
    question = "邻居家狗把我咬了谁赔"
    entry = site.visitor().say(question)
    found = next(
        one for one in site.services.library.entries.values() if one.title in entry["text"]
    )
    page = f"entries/{found.id}"
    assert wang.send(page, "withdraw").status_code == 409
    done = wang.send(page, "withdraw", remark="期限写错了")
    assert "撤下了" in done.text
    assert "期限写错了" in done.text
    assert "居民现在得不到这一条" in done.text
    site.services.editions.look()
    assert found.title not in site.visitor().say(question)["text"]
    back = li.send(page, "roll-back")
    assert "恢复了" in back.text
    site.services.editions.look()
    assert found.title in site.visitor().say(question)["text"]


def test_a_draft_is_put_aside_and_taken_back(wang: Editor) -> None:
    draft = wang.open("jiedai-lixi-02")
    gone = draft.act("discard")
    assert "放到一边了" in gone.text
    assert "拿回来" in gone.text
    assert "拿回来了" in draft.act("restore").text
    draft.act("discard")


def test_a_reviewer_gives_back_with_a_remark(wang: Editor, li: Editor) -> None:
    draft = wang.open("jiedai-pingju-02")
    handed_over(draft, 简答=draft.value("简答") + "留好聊天记录。")
    theirs = li.draft(draft.revision)
    assert theirs.act("return").status_code == 409
    assert theirs.act("return", remark="第二句说反了").ok
    page = draft.page()
    assert "第二句说反了" in page
    assert 'id="editor"' in page


def test_a_draft_over_an_older_text_is_looked_at_first(wang: Editor, li: Editor) -> None:
    entry = "jiaotong-chuli-02"
    mine, theirs = wang.open(entry), li.open(entry)
    mine.save(简答=mine.value("简答") + "先拍照。")
    handed_over(theirs, 简答=theirs.value("简答") + "先报警。")
    released = Editor(wang.member).draft(theirs.revision).act("release")
    assert released.ok, released.text
    page = mine.page()
    assert "别人又发布过这一条" in page
    assert "<ins>先报警。</ins>" in page
    assert mine.save("submit").status_code == 409
    onto = re.search(r'name="onto" value="(\w*)"', mine.page())
    assert onto is not None
    assert mine.act("rebase", onto=onto[1]).ok
    assert "先拍照" in mine.value("简答")
    handed_over(mine)


def test_a_new_entry_begins_with_its_name(wang: Editor) -> None:
    assert "计划里有的" in wang.get("new").text
    bad = wang.member.send(f"{SHELF}new", f"{SHELF}new", {"id": "新的"})
    assert bad.status_code == 409
    taken = wang.member.send(f"{SHELF}new", f"{SHELF}new", {"id": TAOXIN})
    assert taken.status_code == 409
    assert "已经有了" in taken.text
    new = wang.member.send(f"{SHELF}new", f"{SHELF}new", {"id": "laodong-taoxin-97"})
    assert new.ok
    assert "新写：laodong-taoxin-97" in new.text


def test_a_new_entry_needs_no_more_than_a_topic(wang: Editor) -> None:
    def begun(**typed: str) -> requests.Response:
        return wang.member.send(f"{SHELF}new", f"{SHELF}new", typed)

    for typed in ({"id": "linli-zaoyin-1"}, {"id": "", "topic": ""}, {"topic": "nothing"}):
        refused = begun(**typed)
        assert refused.status_code == 409
        assert "请选主题" in refused.text
    unknown = begun(id="abc-def-01")
    assert unknown.status_code == 409
    assert "不是主题的拼音" in unknown.text
    assert 'value="abc-def-01"' in unknown.text
    first, second = begun(topic="linli", id=""), begun(topic="linli", id="")
    numbers = [re.findall(r"新写：linli-qita-([0-9]{2})", one.text)[0] for one in (first, second)]
    assert int(numbers[1]) == int(numbers[0]) + 1


def test_a_new_entry_of_the_plan_has_its_title(site: Site, wang: Editor) -> None:
    rows = Rules.read(CONTENT).plan.values()
    planned = next(row for row in rows if row.id not in site.services.library.entries)
    new = wang.member.send(f"{SHELF}new", f"{SHELF}new", {"id": planned.id})
    assert f'value="{planned.title}"' in new.text


def test_whoever_writes_in_the_draft_of_another_is_told_first(wang: Editor, li: Editor) -> None:
    mine = wang.open("jiuzhu-dibao-01")
    assert "发布要再请一位" not in mine.page()
    assert "最低工资" in re.sub(r"<[^>]*>", "", mine.page().partition("<b>会变的数")[2])
    assert "发布要再请一位" in li.draft(mine.revision).page()


def test_who_may_do_what(wang: Editor, mediator: Editor, operator: Editor) -> None:
    draft = mediator.open(HOUSE)
    handed_over(draft, 简答=draft.value("简答") + "留好转账记录。")
    assert draft.act("release").status_code == 403
    assert mediator.send(f"entries/{TAOXIN}", "withdraw", remark="错").status_code == 403
    assert "律师或管理员才能发布" in draft.page()
    page = operator.get(f"entries/{TAOXIN}")
    assert page.ok
    assert "修改</button>" not in page.text
    assert operator.send(f"entries/{TAOXIN}", "edit").status_code == 403
    assert operator.get("new").status_code == 403
    assert operator.draft(draft.revision).page()
    assert wang.draft(draft.revision).act("return", remark="再改").ok


def test_forms_of_other_sites_are_refused(site: Site, wang: Editor) -> None:
    draft = wang.open("laodong-jiechu-01")
    for address in (f"{draft.path}/save", f"{draft.path}/discard", f"{SHELF}entries/{TAOXIN}/edit"):
        answer = wang.member.session.post(f"{site.url}{address}", data={"简答": "骗人"})
        assert answer.status_code == 400, address
    assert "骗人" not in draft.value("简答")


def test_no_page_breaks_its_own_policy(wang: Editor) -> None:
    draft = wang.open(TAOXIN)
    for path in ("", "new", "excel", f"entries/{TAOXIN}", f"drafts/{draft.revision}"):
        page = wang.get(path).text
        assert "<style" not in page
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]*src=)", page)
        assert not re.search(r"\son\w+=", page), path


def test_a_remark_has_an_end(wang: Editor, li: Editor) -> None:
    draft = wang.open("tudi-chengbao-02")
    handed_over(draft, 简答=draft.value("简答") + "先看合同。")
    assert li.draft(draft.revision).act("return", remark="长" * 9_000).ok
    assert "长" * LONGEST_REMARK in draft.page()
    assert "长" * (LONGEST_REMARK + 1) not in draft.page()


def test_staff_look_up_articles_in_any_spelling(wang: Editor) -> None:
    assert "禁止包办" in wang.member.get("/console/laws?q=民法典1042条").text
    assert "常用的法" in wang.member.get("/console/laws").text
    assert wang.member.get("/console/laws?q=民法典1042条&on=嗯").status_code == 400


def test_whoever_has_to_log_in_again_comes_back_to_their_draft(site: Site, wang: Editor) -> None:
    draft = wang.open("shebao-yanglao-01")
    answer = site.ask("POST", f"{draft.path}/save", data={"简答": "写了一半"})
    assert answer.url.endswith(f"/console/login?next={draft.path}")
    assert "登录工作台" in answer.text


def test_the_list_names_what_cannot_be_read_and_its_page_opens(site: Site, wang: Editor) -> None:
    name, at = EntryId("linli-gou-91"), site.clock()
    new = NewRevision(name, TopicId("linli"), "坏的", "---\n坏: [\n---\n", "", "")
    with site.services.store.write() as records:
        staff = records.personnel.named(wang.member.name)
        assert staff is not None
        added = records.revisions.add(new, staff, at)
        records.revisions.release(added.id, new.text, Locks(), staff, at)
    page = wang.get().text
    assert "这几条读不出来" in page
    assert name in page
    assert "现在发布的这份读不出来" in wang.get(f"entries/{name}").text
    draft = wang.open(name)
    assert "处要改" in draft.page()


def test_nothing_is_released_that_nobody_says_they_looked_at(wang: Editor, li: Editor) -> None:
    draft = wang.open("hunyin-caili-02")
    handed_over(draft, 简答=draft.value("简答") + "先算清楚。")
    theirs = li.draft(draft.revision)
    for seen in ("", version_of(draft.page())):
        assert theirs.act("release", seen=seen).status_code == 409
    assert theirs.act("release").ok
    Editor(wang.member).send("entries/hunyin-caili-02", "roll-back")


def test_looking_at_the_form_of_a_new_entry_makes_none(wang: Editor) -> None:
    address = f"{wang.member.url}{SHELF}new"
    wang.member.session.head(address, data={"id": "laodong-taoxin-96"})
    assert "laodong-taoxin-96" not in wang.get().text
