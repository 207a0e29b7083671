"""A deposit in a real browser: declared, assessed, stored, used, refilled and refunded, each by whom it belongs to."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import DepositForm, DepositState
from accounts.models import Deposit, DepositMovement, DepositStandard
from tests.accounts import deposits as made
from tests.organizations.factories import bank, bank_clerk, clerk, insurer, insurer_clerk, officer, organization
from tests.projects.factories import permit, project

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
PDF = {"name": "材料.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n"}


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def walker(request, visitor):
    made.calendar()
    visitor.page.set_viewport_size(request.param)
    return visitor


def look(visitor) -> None:
    visitor.check_accessible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), visitor.page.url


def in_dialog(page, button: str, act: str = "", **facts: str) -> None:
    page.get_by_role("button", name=button).first.click()
    dialog = page.get_by_role("dialog")
    for label, value in facts.items():
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name=act or button).click()


class Walk:
    """From the contractor's declaration to the refund; each step by whom it belongs to."""

    def __init__(self, walker):
        self.walker, self.page, self.today = walker, walker.page, timezone.localdate()
        made.standard()
        self.unit, self.keeper = organization(), bank(name="临沧农村商业银行")
        self.site = project(contractor=self.unit, name="临翔区妇幼保健院迁建项目", contract_amount=Decimal(20_000_000))
        permit(self.site, issued_on=self.today - timedelta(days=10))
        self.lines = made.owed(
            self.site, "6000", "4000", month=(self.today.replace(day=1) - timedelta(days=1)).replace(day=1)
        )
        self.first, self.second = officer(), officer()

    def declare(self):
        self.walker.sign_in(clerk(self.unit))
        self.walker.open(reverse("deposits:project_deposit", args=[self.site.pk]))
        look(self.walker)
        self.page.get_by_role("link", name="申报工资保证金").click()
        self.page.get_by_label("收支方式").select_option("银行账户缴存")
        self.page.get_by_label("合同工期（月）").fill("18")
        self.page.get_by_role("button", name="申报").click()
        expect(self.page.get_by_text("待人社部门核定存储金额")).to_be_visible()

    def assess(self):
        self.walker.sign_in(self.first)
        self.walker.open("/")
        self.page.get_by_role("link", name="核定存储金额").click()
        self.page.get_by_role("link", name="核定金额").click()
        expect(self.page.get_by_text("合同额 20,000,000.00 元 × 存储比例 1.5%")).to_be_visible()
        look(self.walker)
        self.page.get_by_label("连续未拖欠年数").fill("2")
        self.page.get_by_label("理由").fill("省外项目证明")
        self.page.get_by_role("button", name="核定").click()
        expect(self.page.get_by_text("差异化缴存金额为 150,000.00 元").first).to_be_visible()
        self.page.get_by_role("button", name="核定").click()
        expect(self.page.get_by_text("存储金额已核定")).to_be_visible()
        expect(self.page.get_by_text("连续 2 年未拖欠，降低 50%")).to_be_visible()
        look(self.walker)
        self.deposit = Deposit.objects.get()
        assert (self.deposit.due_amount, self.deposit.differential_amount) == (300_000, 150_000)

    def offer(self):
        self.walker.sign_in(clerk(self.unit))
        self.walker.open(self.deposit.get_absolute_url())
        self.page.get_by_role("link", name="申报凭证").click()
        self.page.locator("#id_keeper").select_option("临沧农村商业银行")
        self.page.get_by_label("工资保证金开户银行").fill("临沧农商行营业部")
        self.page.get_by_label("工资保证金银行账号").fill("6210000012345678")
        self.page.get_by_label("缴存起始时间").fill(str(self.today))
        look(self.walker)
        self.page.get_by_role("button", name="提交").click()
        expect(self.page.get_by_text("待银行或保险公司确认").first).to_be_visible()

    def confirm(self):
        self.walker.sign_in(bank_clerk(self.keeper))
        self.walker.open("/")
        self.page.get_by_role("link", name="确认银行账户缴存").click()
        look(self.walker)
        self.page.get_by_role("link", name="确认存储").click()
        self.page.get_by_label("账户是否设置特殊标识").select_option("是")
        self.page.get_by_role("button", name="确认存储").click()
        expect(self.page.get_by_text("已确认存储，收支编号 BZJ530902")).to_be_visible()

    def propose(self):
        self.walker.sign_in(self.first)
        self.walker.open(self.deposit.get_absolute_url())
        self.page.get_by_role("link", name="提出动用").click()
        self.page.get_by_label("责令支付文书号").fill("临人社监令〔2026〕7号")
        self.page.get_by_label("责令支付日期").fill(str(self.today - timedelta(days=9)))
        self.page.get_by_label("责令支付期限").fill(str(self.today - timedelta(days=1)))
        self.page.get_by_label("经办意见").fill("逾期未支付")
        total = self.page.locator("[data-total]")
        expect(total).to_have_text("已选 0 行，合计 0.00 元；动用后余额 150,000.00 元")
        self.page.get_by_label("全选").check()
        expect(total).to_have_text("已选 2 行，合计 10,000.00 元；动用后余额 140,000.00 元")
        self.page.get_by_label("全选").uncheck()
        self.page.get_by_role("checkbox", name=f"选择{self.lines[0].name}").first.check()
        self.page.locator(f"#id_amount_{self.lines[1].pk}").fill("200000")
        expect(total).to_have_text("已选 2 行，合计 206,000.00 元；超过余额 56,000.00 元")
        self.page.locator(f"#id_amount_{self.lines[1].pk}").fill("4000.01")
        look(self.walker)
        self.page.get_by_role("button", name="提交审批").click()
        expect(self.page.get_by_text(re.compile("不超过尚欠的 4,000.00 元")).first).to_be_visible()
        self.page.locator(f"#id_amount_{self.lines[1].pk}").fill("3000")
        self.page.get_by_role("button", name="提交审批").click()
        expect(self.page.get_by_text("须由本单位另一名工作人员审批")).to_be_visible()
        expect(self.page.get_by_role("button", name="批准", exact=True)).to_have_count(0)

    def approve(self):
        self.walker.sign_in(self.second)
        self.walker.open("/")
        self.page.get_by_role("link", name="审批动用").click()
        in_dialog(self.page, "批准")
        expect(self.page.get_by_text("支付通知书已生成")).to_be_visible()
        look(self.walker)
        self.page.get_by_role("link", name="支付通知书").click()
        expect(self.page.get_by_role("heading", name="农民工工资保证金支付通知书")).to_be_visible()
        expect(self.page.get_by_text("9,000.00").first).to_be_visible()

    def pay_and_refill(self):
        self.walker.sign_in(bank_clerk(self.keeper))
        self.walker.open("/")
        self.page.get_by_role("link", name="按支付通知书支付工资").click()
        in_dialog(self.page, "登记支付")
        expect(self.page.get_by_text("已登记支付")).to_be_visible()
        in_dialog(self.page, "登记补足", **{"补足金额（元）": "9,000"})
        expect(self.page.get_by_text("已登记补足")).to_be_visible()
        assert [one.balance for one in DepositMovement.objects.order_by("id")] == [150_000, 141_000, 150_000]

    def ask_back(self):
        made.completed(self.site)
        self.walker.sign_in(clerk(self.unit))
        self.walker.open(self.deposit.get_absolute_url())
        self.page.get_by_role("link", name="申请退还").click()
        self.page.get_by_label("书面承诺日期").fill(str(self.today - timedelta(days=40)))
        self.page.get_by_label("公示开始日期").fill(str(self.today - timedelta(days=38)))
        self.page.get_by_label("公示截止日期").fill(str(self.today - timedelta(days=2)))
        self.page.locator("#id_files").set_input_files(PDF)
        self.page.get_by_role("button", name="提交申请").click()
        expect(self.page.get_by_text("退还申请已提交")).to_be_visible()
        look(self.walker)

    def agree(self):
        self.walker.sign_in(self.first)
        self.walker.open("/")
        self.page.get_by_role("link", name="办理退还").click()
        in_dialog(self.page, "同意退还", "提交审批", 退还决定单位统一社会信用代码=organization().uscc)
        expect(self.page.get_by_text("须由本单位另一名工作人员审批").first).to_be_visible()
        self.walker.sign_in(self.second)
        self.page.reload()
        in_dialog(self.page, "批准")
        self.page.get_by_role("link", name="退还通知书").click()
        expect(self.page.get_by_role("heading", name="农民工工资保证金退还通知书")).to_be_visible()

    def give_back(self):
        self.walker.sign_in(bank_clerk(self.keeper))
        self.walker.open("/")
        self.page.get_by_role("link", name="按退还通知书退还").click()
        in_dialog(self.page, "登记退还")
        expect(self.page.get_by_text("已登记退还")).to_be_visible()
        look(self.walker)
        self.deposit.refresh_from_db()
        assert self.deposit.state == DepositState.RELEASED


def test_the_walk_of_a_deposit(walker):
    walk = Walk(walker)
    walk.declare()
    walk.assess()
    walk.offer()
    walk.confirm()
    walk.propose()
    walk.approve()
    walk.pay_and_refill()
    walk.ask_back()
    walk.agree()
    walk.give_back()


def test_an_insurer_confirms_its_policy_and_sees_nothing_else(walker):
    page, unit = walker.page, insurer(name="滇安财产保险")
    deposit = made.assessed(project(name="凤庆县医院"), form=DepositForm.INSURANCE)
    made.offered(deposit, keeper=unit)
    made.stored(project(name="别处的工程"))
    walker.sign_in(insurer_clerk(unit))
    walker.open("/")
    look(walker)
    page.get_by_role("link", name="确认工程保证保险").click()
    page.get_by_role("link", name="确认存储").click()
    page.get_by_role("button", name="确认存储").click()
    expect(page.get_by_text("已确认存储")).to_be_visible()
    look(walker)
    page.get_by_role("link", name="工资保证金").first.click()
    expect(page.get_by_text("凤庆县医院").first).to_be_visible()
    expect(page.get_by_text("别处的工程")).to_have_count(0)


def test_the_province_sees_what_a_new_standard_would_change_before_it_is_saved(walker):
    page = walker.page
    made.stored(project(name="临翔区妇幼保健院迁建项目"))
    walker.sign_in(officer("530000"))
    walker.open(reverse("deposits:standard_list"))
    look(walker)
    page.get_by_role("link", name="调整标准").click()
    page.get_by_label("第1档：比例（%）").fill("2")
    page.get_by_label("依据文件").fill("云人社规〔2026〕9号")
    page.get_by_label("变更说明").fill("全省统一")
    page.get_by_role("button", name="预览影响").click()
    expect(page.get_by_text("合计由 150,000.00 元变为 200,000.00 元")).to_be_visible()
    look(walker)
    assert DepositStandard.objects.count() == 1
    page.get_by_role("button", name="确认保存").click()
    expect(page.get_by_text("已保存第2版")).to_be_visible()
    assert DepositStandard.objects.order_by("version").last().bands.get().percent == 2


def test_lists_are_accessible_and_no_wider_than_the_screen(walker):
    made.stored(project(), form=DepositForm.GUARANTEE, ends_on=timezone.localdate() + timedelta(days=9))
    project(contract_signed_on=timezone.localdate() - timedelta(days=90))
    walker.sign_in(officer("530900"))
    for name in ("deposit_list", "undeclared_list"):
        walker.open(reverse(f"deposits:{name}"))
        look(walker)
    walker.open(reverse("deposits:deposit_list") + "?state=expiring")
    expect(walker.page.get_by_text("即将到期")).to_be_visible()
