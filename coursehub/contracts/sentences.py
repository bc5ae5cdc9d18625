"""The wording of terms: each sentence in Chinese and in English, side by side.

Held by `prose.py`; part of the meaning that is signed (see `terms.SEMANTICS`).
"""

SECTIONS = {
    "parties": ("双方与生效", "Who, and from when"),
    "scope": ("适用的课程", "Courses"),
    "base": ("可分成的金额", "What is shared"),
    "rates": ("平台服务费", "The platform's part"),
    "split": ("其余如何分配", "How the rest is divided"),
    "discount": ("优惠由谁承担", "Who bears a discount"),
    "hold": ("暂存", "Holding"),
    "refunds": ("退款", "Refunds"),
    "governance": ("签署、答复与终止", "Signing, answering, leaving"),
    "rounding": ("尾差与计算口径", "Rounding and meaning"),
    "note": ("备注", "Note"),
}

CHANNELS = {
    "partner_link": ("经合作方自己的链接", "through a partner's own link"),
    "platform": ("经平台", "through the platform"),
    "coupon": ("使用优惠码", "with a coupon"),
    "sponsor": ("由资助方付费", "paid by a sponsor"),
    "member": ("经成员单位", "through an alliance member"),
}

LABELS = {
    "makers": ("研发", "makers"),
    "teachers": ("授课", "teachers"),
    "support": ("服务", "support"),
    "other": ("其他", "other"),
    "rest": ("其余", "the rest"),
}

WINDOWS = {
    "month": ("每个自然月（北京时间）", "each calendar month (Beijing time)"),
    "year": ("每个自然年（北京时间）", "each calendar year (Beijing time)"),
    "contract": ("本合同存续期间", "all the time of this contract"),
}

SENTENCES = {
    "parties": (
        "本合同由{house}（平台方）与{partners}（合作方）订立。",
        "This contract is between {house} (the house) and {partners} (partner).",
    ),
    "house_alone": (
        "{house}以自己的课程为标的订立本合同，平台方与作者是同一方。",
        "{house} makes this contract for courses of its own: the house is also the author.",
    ),
    "starts_at_signature": ("自最后一方签署之时起生效。", "It begins when the last side has signed."),
    "starts": ("自{starts}（北京时间）起生效。", "It begins on {starts} (Beijing time)."),
    "ends": (
        "最后一天为{last}（北京时间）。无论本条款其他各处如何约定，此后不再按本条款销售；此前成交的销售仍按本条款执行。",
        "The last day is {last} (Beijing time). Whatever else stands here, nothing is sold under these terms afterwards; sales "
        "made before then keep them.",
    ),
    "ends_all": (
        "要延续到这一天之后，须全部各方签署。",
        "To go on beyond that day everybody must sign.",
    ),
    "course": ("适用于课程《{course}》的每一笔销售。", "It answers for every sale of the course “{course}”."),
    "hire": (
        "因这些课程的凭证而促成录用时，课程应得的服务费份额按{channel}成交的一笔销售分配，保证期内冻结；提前离职的退款沿原路退回。",
        "When credentials of these courses help somebody into a job, the part of the fee that falls to the course is shared "
        "like a sale {channel}; it is held until the guarantee passes, and a rebate goes back the same way.",
    ),
    "hour": (
        "因这些课程的凭证而促成兼职时，课程应得的工时服务费份额按{channel}成交的一笔销售分配，冻结至暂存期满且用人单位付清为止；"
        "工时被更正时，原份额沿原路全数退回。",
        "When credentials of these courses help somebody into part-time work, the part of the fee on hours that falls to the "
        "course is shared like a sale {channel}; it is held until the hold is over and the employer has paid, and a week that "
        "is corrected takes back the whole of its part the same way.",
    ),
    "period": (
        "课程加入畅学卡（按期付费、可学多门课程）后，课程每月从卡费池分得的金额按{channel}成交的一笔销售分配。",
        "When the course is in a pass (paid by the month, open to several courses), what falls to it from the pool of a month is "
        "shared like one sale {channel}.",
    ),
    "pool_funded": (
        "每月的卡费池由当月到期的各期实付金额扣除税款和支付通道费后组成，不作其他扣除。",
        "The pool of a month holds what learners paid for the periods that ended in it, less tax and the fee of the payment "
        "provider; nothing else is taken off.",
    ),
    "pool_minutes_each": (
        "每位学员每期所付，按该学员本期在各课程的有效学习分钟分给各课程。",
        "What a learner paid for a period is divided among the courses by the minutes for which this learner was active in each "
        "during that period.",
    ),
    "pool_minutes_together": (
        "每位学员每期所付，按当月到期各期的全体学员在各课程的有效学习分钟合计分给各课程。",
        "What a learner paid for a period is divided among the courses by the minutes for which all learners of the periods of "
        "that month together were active in each.",
    ),
    "pool_courses_each": (
        "每位学员每期所付，在该学员本期学习过的各课程之间平均分配。",
        "What a learner paid for a period is divided equally among the courses in which this learner was active during that "
        "period.",
    ),
    "pool_floor": (
        "一期内在一门课程的有效学习不足{floor}分钟的，该课程在该期不计。",
        "A course in which the learner was active for less than {floor} minutes in a period does not count for that period.",
    ),
    "pool_unused_house": (
        "一期内没有任何课程计入的，该期所付归{party}。",
        "Where no course counts for a period, what was paid for it goes to {party}.",
    ),
    "pool_unused_together": (
        "一期内没有任何课程计入的，该期所付按当月到期各期的全体学员的有效学习分钟分给各课程；一分钟也没有的，归{party}。",
        "Where no course counts for a period, what was paid for it is divided by the minutes of all learners of the periods of "
        "that month; where there are none, it goes to {party}.",
    ),
    "pool_refund": (
        "某一期退款时，按该期分给各课程的金额原路收回。",
        "A refund of a period takes back the very amounts that this period gave to each course.",
    ),
    "currency": ("所有金额以{currency}计。", "All amounts are in {currency}."),
    "base_tax_and_fee": (
        "从买家实付金额中先扣除税款和支付通道费，余额用于分成。除此之外不得扣除任何费用。",
        "From what a buyer pays, the tax and the fee of the payment provider are taken off; the remainder is shared. "
        "Nothing else may be taken off.",
    ),
    "base_tax": (
        "从买家实付金额中先扣除税款，余额用于分成；支付通道费由平台方自付。除此之外不得扣除任何费用。",
        "From what a buyer pays, the tax is taken off; the remainder is shared, and the house pays the fee of the payment "
        "provider itself. Nothing else may be taken off.",
    ),
    "fixed": ("每笔销售先付给{party}{amount}。", "Of each sale, {party} first receives {amount}."),
    "rate": (
        "{channel}成交的，{party}收取余额的{share}。",
        "For a sale {channel}, {party} receives {share} of what is left.",
    ),
    "rate_capped": (
        "{channel}成交的，{party}收取余额的{share}，每笔最多{cap}。",
        "For a sale {channel}, {party} receives {share} of what is left, at most {cap} per sale.",
    ),
    "rate_rest": (
        "其他方式成交的，{party}收取余额的{share}。",
        "For every other sale, {party} receives {share} of what is left.",
    ),
    "rate_rest_capped": (
        "其他方式成交的，{party}收取余额的{share}，每笔最多{cap}。",
        "For every other sale, {party} receives {share} of what is left, at most {cap} per sale.",
    ),
    "rate_all": (
        "每笔销售，{party}收取余额的{share}。",
        "For every sale, {party} receives {share} of what is left.",
    ),
    "rate_all_capped": (
        "每笔销售，{party}收取余额的{share}，每笔最多{cap}。",
        "For every sale, {party} receives {share} of what is left, at most {cap} per sale.",
    ),
    "rung_marginal": (
        "{window}累计余额超过{above}的部分，改按{share}收取。",
        "Of what was left, counted over {window}, the part above {above} gives {share} instead.",
    ),
    "rung_slab": (
        "{window}累计余额达到{above}之后成交的，整笔改按{share}收取。",
        "Once what was left, counted over {window}, has reached {above}, a whole sale gives {share} instead.",
    ),
    "later": ("自{begins}（北京时间）起，改按{share}收取。", "From {begins} (Beijing time) on it is {share} instead."),
    "ceiling": (
        "{window}内，{party}从全部成交中收取的合计不超过{cap}。",
        "Counted over {window}, {party} receives at most {cap} of all sales together.",
    ),
    "recoup": (
        "此后余额的{share}先归{party}，直至收回{amount}（计数“{id}”，只在本合同内计算；退款按比例退回计数）。",
        "Of what then remains, {share} first goes to {party} until {amount} have come back (counter “{id}”, counted within "
        "this contract alone; a refund takes the counter back in proportion).",
    ),
    "guarantee": (
        "{window}，{party}至少获得{amount}；不足部分由{funder}在结账时补足。",
        "In {window}, {party} gets at least {amount}; what is missing is added by {funder} when the period is closed.",
    ),
    "guarantee_capped": (
        "{window}，{party}至少获得{amount}；不足部分由{funder}在结账时补足，最多补{cap}。",
        "In {window}, {party} gets at least {amount}; what is missing is added by {funder} when the period is closed, at most "
        "{cap}.",
    ),
    "reserve": (
        "合作方每笔份额的{share}另行留存{days}天，以备迟来的退款，期满即可结算。",
        "Of each partner's share {share} is kept for {days} days in all, against late refunds; then it may be paid out.",
    ),
    "split": ("此后的余额", "What then remains"),
    "by_date": ("{lead}按日期分配：", "{lead} is divided by date:"),
    "date_until": ("{share}（北京时间）之前成交的", "For sales before {share} (Beijing time), it"),
    "date_rest": ("此后成交的", "For later sales, it"),
    "pot_makers": ("其中{share}作为研发份额", "{share} of it, for making the course,"),
    "pot_teachers": ("其中{share}作为授课份额", "{share} of it, for teaching,"),
    "pot_support": ("其中{share}作为服务份额", "{share} of it, for support,"),
    "pot_other": ("其中{share}", "{share} of it"),
    "pot_rest": ("其余{share}", "The rest, {share},"),
    "by_modules_rest": ("尚无模块权重记录时，这一部分", "As long as no module weight is recorded, this part"),
    "by_hours_rest": ("尚无已确认课时记录时，这一部分", "As long as no approved hours are recorded, this part"),
    "pay": ("{lead}归{party}。", "{lead} goes to {party}."),
    "shares": ("{lead}按比例分配：", "{lead} is divided by percentage:"),
    "by_modules": (
        "{lead}由{parties}按各自完成的模块权重分配。",
        "{lead} is divided among {parties} by the weight of the modules each made.",
    ),
    "by_hours": (
        "{lead}由{parties}按各自已确认的授课时间分配。",
        "{lead} is divided among {parties} by their approved teaching time.",
    ),
    "discount_own": (
        "{party}自己发起的优惠由{party}从该笔所得中承担，实付价不低于{floor}时适用。",
        "A discount of {party}'s own campaign is borne by {party} out of its share of that sale, as long as the buyer "
        "pays at least {floor}.",
    ),
    "discount_own_any": (
        "{party}自己发起的优惠由{party}从该笔所得中承担。",
        "A discount of {party}'s own campaign is borne by {party} out of its share of that sale.",
    ),
    "discount_joined": (
        "{party}自己发起或已加入的优惠活动，优惠由{party}从该笔所得中承担，实付价不低于{floor}时适用；多方加入同一活动的，"
        "按各自所得比例分担。加入与退出自当时起对此后的订单生效。",
        "A discount of a campaign that {party} made or has joined is borne by {party} out of its share of that sale, as long as "
        "the buyer pays at least {floor}; several sides that joined one bear it in proportion to their shares. Joining and "
        "leaving count for orders placed from then on.",
    ),
    "discount_joined_any": (
        "{party}自己发起或已加入的优惠活动，优惠由{party}从该笔所得中承担；多方加入同一活动的，按各自所得比例分担。"
        "加入与退出自当时起对此后的订单生效。",
        "A discount of a campaign that {party} made or has joined is borne by {party} out of its share of that sale; several "
        "sides that joined one bear it in proportion to their shares. Joining and leaving count for orders placed from then on.",
    ),
    "discount_borne": (
        "其他优惠由{party}从该笔所得中承担；不足部分由其余各方按所得比例分担。",
        "Any other discount is borne by {party} out of its share of that sale; what exceeds that share is borne by the "
        "others in proportion.",
    ),
    "discount_borne_all": (
        "优惠由{party}从该笔所得中承担；不足部分由其余各方按所得比例分担。",
        "A discount is borne by {party} out of its share of that sale; what exceeds that share is borne by the others "
        "in proportion.",
    ),
    "discount_shared": (
        "其他优惠由各方共担：按优惠后的价格分成。",
        "Any other discount is borne by all: the lower price is shared.",
    ),
    "discount_shared_all": ("优惠由各方共担：按优惠后的价格分成。", "A discount is borne by all: the lower price is shared."),
    "hold": ("每笔所得暂存{days}天，之后方可结算。", "Each share is held for {days} days before it may be paid out."),
    "payday_week": (
        "可结算的金额至少每周付出一次：北京时间每周一，遇休息日顺延。",
        "What may be paid out leaves at least once a week, on Monday in Beijing or the next working day.",
    ),
    "payday_month": (
        "可结算的金额至少每月付出一次：在平台方公布的日子，遇休息日顺延。",
        "What may be paid out leaves at least once a month, on the day that the house announces or the next working day.",
    ),
    "payday_minimum": ("不足{minimum}的，留到下一次。", "Less than {minimum} waits for the next time."),
    "payday_any": ("金额不论多少，都不留待。", "No amount is too small to leave."),
    "hold_none": ("每笔所得不作暂存，可即时结算。", "Shares are not held; they may be paid out at once."),
    "clawback": (
        "退款按原销售的各笔份额原路收回，不另作扣除。",
        "A refund takes back the very shares of its sale, and nothing else.",
    ),
    "offset": (
        "已经结算的，从以后的结算中抵扣，每次不超过{limit}，最长{days}天。",
        "What has been paid out already is set against later payouts, at most {limit} of each, for no longer than {days} days.",
    ),
    "offset_none": (
        "已经结算的不再从以后的结算中抵扣，由平台方承担。",
        "What has been paid out already is not set against later payouts; the house bears it.",
    ),
    "refund_fee": (
        "退款时支付通道不退的手续费由{party}承担。",
        "The fee that the payment provider keeps at a refund is borne by {party}.",
    ),
    "refund_fee_house": (
        "支付通道费始终由{party}自付，退款时亦同。",
        "The fee of the payment provider stays with {party}, also at a refund.",
    ),
    "signers": ("须由{parties}分别签署。", "It must be signed by {parties}."),
    "signers_alone": ("由{parties}签署。", "It is signed by {parties}."),
    "enough": (
        "此后修改本条款，其中任意{count}方（平台方必须在内）签署即告成立。",
        "A later change of these terms holds once any {count} of them have signed it, the house among them.",
    ),
    "trigger_modules": (
        "任何一方的模块权重占比自本条款生效起变动超过{points}个百分点时，各方重新协商；协商期间本条款继续有效。",
        "When a side's part of the module weights has moved by more than {points} percentage points since these terms began, "
        "the sides talk again; until new terms begin, these go on.",
    ),
    "trigger_hours": (
        "任何一方的已确认授课时间占比自本条款生效起变动超过{points}个百分点时，各方重新协商；协商期间本条款继续有效。",
        "When a side's part of the approved hours has moved by more than {points} percentage points since these terms began, "
        "the sides talk again; until new terms begin, these go on.",
    ),
    "trigger_yearly": (
        "自本条款生效起每满一年，各方重新协商；协商期间本条款继续有效。",
        "Each time a year has passed since these terms began, the sides talk again; until new terms begin, these go on.",
    ),
    "reply": (
        "对修改提案应在{days}天内答复；新条款生效之前，现行条款继续有效。",
        "A proposal for change is to be answered within {days} days; until new terms begin, these go on.",
    ),
    "notice": (
        "任何一方可提前{days}天通知终止；此前成交的销售仍按本条款执行。",
        "Either side may end the contract with {days} days' notice; sales made before then keep these terms.",
    ),
    "notice_none": (
        "任何一方可随时通知终止；此前成交的销售仍按本条款执行。",
        "Either side may end the contract at any time; sales made before then keep these terms.",
    ),
    "rounding": (
        "金额精确计算，最后一次性取整到最小货币单位：先取整数部分，余下的单位依次给余数最大者，相同时以本文次序为先。"
        "条款含义以{semantics}为准。",
        "Amounts are exact and rounded once, at the end, to the smallest unit: whole parts first, then one unit each to "
        "the largest remainders, ties in the order of this text. The meaning of these terms is {semantics}.",
    ),
    "true_up": (
        "每月结账时，全部成交按发生时间的先后重新计算一次；与已入账金额的差额，作为一笔补差单独列示。",
        "When a month is closed, everything is worked out once more in the order in which it happened; the difference to what "
        "was booked is shown as one true-up of its own.",
    ),
    "note": ("{note}", "{note}"),
}
