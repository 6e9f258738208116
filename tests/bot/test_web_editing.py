"""Editing in the console: what two people agree to reaches residents, and nothing typed is lost."""

import re
from collections.abc import Iterator

import pytest

from tests.bot.desk_of_editors import SHELF, TAOXIN, Editor, handed_over, noted
from tests.bot.site import ANSWERABLE, Site, open_site

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


def test_the_list_shows_every_entry_with_what_needs_care(site: Site, wang: Editor) -> None:
    page = wang.get().text
    assert f"{len(site.services.library.entries)} 条问答" in page
    assert "打工和工资" in page
    assert "律师没审" in page
    assert "第 1 页，共 2 页" in page
    assert 'rel="next"' in page


def test_entries_are_found_by_words_topic_and_need(wang: Editor) -> None:
    page = wang.get("?q=总包+欠薪").text
    assert TAOXIN in page
    assert HOUSE not in page
    assert TAOXIN in wang.get("?topic=laodong&care=not_reviewed").text
    assert "没有找到" in wang.get("?q=没有这样的字").text
    assert wang.get("?care=nothing").status_code == 404
    assert wang.get("?page=999999999").ok


def test_an_entry_is_shown_as_residents_get_it(site: Site, wang: Editor) -> None:
    page = wang.get(f"entries/{TAOXIN}").text
    told = site.visitor().say(ANSWERABLE)["text"]
    for line in told.splitlines():
        if "回复“更多”" not in line and "说明" not in line and line in page:
            break
    else:
        pytest.fail("nothing of the answer stands there")
    assert "居民现在能得到这一条" in page
    assert "要求支付" not in page.partition("<summary>")[0]
    assert wang.get("entries/nothing-here-01").status_code == 404


def test_what_one_writes_another_releases_and_residents_get_it(
    site: Site, wang: Editor, li: Editor
) -> None:
    visitor = site.visitor()
    brief = wang.open().value("简答")
    draft = wang.open()
    saved = draft.save(简答=f"别急，先去找总包。{brief}")
    assert "存好了" in saved.text
    assert "别急，先去找总包" not in visitor.say(ANSWERABLE)["text"]
    handed_over(draft)
    assert "等人发布" in li.get().text
    mine = draft.act("release")
    assert mine.status_code == 409
    assert "不能自己发布" in mine.text
    theirs = li.draft(draft.revision)
    page = theirs.page()
    assert "<ins>别急，先去找总包。</ins>" in page
    assert "检查都过了" in page
    released = theirs.act("release", reviewed="yes", seen=seen_in(page))
    assert released.ok, released.text
    assert "发布了" in released.text
    site.services.editions.look()
    told = site.visitor().say(ANSWERABLE)["text"]
    assert "别急，先去找总包" in told
    assert f"已由{li.member.name}审核" in told
    history = wang.get(f"entries/{TAOXIN}").text
    assert f"{li.member.name}发布" in history
    assert "恢复到最初的一版" in history


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_a_text_that_was_changed_after_the_look_is_not_released(wang: Editor, li: Editor) -> None:
    draft = wang.open("fangchan-maifang-04")
    handed_over(draft, 简答=draft.value("简答") + "先留好合同。")
    seen = seen_in(li.draft(draft.revision).page())
    assert draft.act("return").ok
    handed_over(draft, 简答=draft.value("简答") + "再留好收据。")
    refused = li.draft(draft.revision).act("release", seen=seen)
    assert refused.status_code == 409
    assert "请再看一遍" in refused.text
    assert "再留好收据" in refused.text


def test_faults_stand_at_their_fields_and_the_draft_is_kept(wang: Editor) -> None:
    draft = wang.open(HOUSE)
    answer = draft.save(期限="四十五天内，包赢。", review_by="2027-02-30", title="")
    assert answer.ok
    assert "处要改" in answer.text
    assert draft.value("期限") == "四十五天内，包赢。"
    page = draft.page()
    assert 'id="faults-title"' in page
    draft.save(title="房东不退押金", review_by="2027-05-23")
    page = noted(draft.page())
    at = page.index('id="faults-期限"')
    assert "许诺结果" in page[at : at + 400]
    assert "不在引用的任何一条里" in page[at : at + 400]
    refused = draft.save("submit")
    assert refused.status_code == 409
    assert "还没交出去" in refused.text


def test_of_two_windows_the_second_is_told_and_keeps_its_text(wang: Editor) -> None:
    draft = wang.open("hunyin-fuyang-04")
    old = draft.form()
    assert draft.save(详细=draft.value("详细") + "一边写的。").ok
    late = draft.save(form=old, 详细=dict(old)["详细"] + "另一边写的。")
    assert late.status_code == 409
    assert "另一边写的" in late.text
    assert "data-unsaved" in late.text
    assert "一边写的。</ins>" in late.text
    assert draft.value("详细").endswith("一边写的。")


def test_names_of_laws_are_spelt_out(wang: Editor) -> None:
    draft = wang.open("hunyin-susonglihun-01")
    form = draft.form()
    at = next(i for i, (name, value) in enumerate(form) if name == "law" and not value)
    form[at], form[at + 1] = ("law", "民法典"), ("article", "1042")
    assert draft.save(form=form).ok
    page = draft.page()
    assert 'value="第一千零四十二条"' in page


def test_a_row_is_dropped_without_scripts(wang: Editor) -> None:
    draft = wang.open("hunyin-susonglihun-01")
    before = [value for name, value in draft.form() if name == "article" and value]
    assert draft.save(drop="citation-0").ok
    after = [value for name, value in draft.form() if name == "article" and value]
    assert after == before[1:]


def test_the_preview_tries_wordings_and_any_question(wang: Editor) -> None:
    draft = wang.open(HOUSE)
    draft.save(wordings=draft.value("wordings").replace("\n", "\n冰柜门关不严结霜一指厚\n", 1))
    page = draft.member.get(f"{draft.path}/preview?q=冰柜门结霜了关不严").text
    now, _, then = page.partition("发布以后会得到")
    assert "（本条）" not in now[now.index("现在会得到") :]
    assert "（本条）" in then[:400]
    assert "条问法（含题目）" in page


def test_an_article_can_be_read_beside(wang: Editor) -> None:
    page = wang.get("article?law=民法典&article=1042").text
    assert "禁止包办" in page
    assert "看不懂" in wang.get("article?law=民法典&article=啥").text
    alone = wang.member.get(
        f"{SHELF}article?law=民法典&article=1042", **{"X-Requested-With": "fetch"}
    ).text
    assert "禁止包办" in alone
    assert "<html" not in alone


def test_a_law_or_an_article_that_does_not_exist_is_told_once_in_plain_words(li: Editor) -> None:
    draft = li.open("jiuzhu-dibao-01")
    form = draft.form()
    laws = [at for at, (name, _) in enumerate(form) if name == "law"]
    form[laws[0]] = ("law", "押金保护法")
    form[laws[1] + 1] = ("article", "1999")
    page = draft.save("", form).text
    told = re.search(r'id="faults-citations">(.*?)</ul>', page, re.DOTALL)
    assert told is not None
    assert told[1].count("没有找到《押金保护法》这部法律") == 1
    assert "在施行" not in told[1]
    assert "没有第一千九百九十九条。请核对条号" in told[1]
    assert not re.search(r"flask|\.yaml", told[1])
    draft.act("discard")


def test_the_room_of_a_message_that_is_too_long_is_not_counted_as_free(li: Editor) -> None:
    draft = li.open("jiuzhu-dibao-01")
    before = draft.page()
    page = draft.save("", None, 简答=draft.value("简答") + "低保可以自己去申请。" * 60).text

    def overhead(text: str) -> int:
        return int(re.findall(r'data-overhead="(-?\d+)"', text)[0])

    assert overhead(page) == overhead(before)
    assert "一个汉字三个字节" in page
    preview = li.get(f"drafts/{draft.revision}/preview").text
    assert "要去掉大约" in preview
    draft.act("discard")


def test_where_a_part_is_empty_it_is_told_what_waits_for_it(li: Editor) -> None:
    draft = li.open("jiuzhu-dibao-01")
    page = draft.save("", None, 下一步="").text
    assert "这一段是空的，请补上" in page
    assert "等这几格能读出来才检查得了" in page
    assert "等这几格能读出来才检查得了" not in draft.save("", None, 下一步="1. 打12348。").text
    draft.act("discard")
