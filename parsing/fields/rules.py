"""Which ideas, said together, speak for which category, and how strongly; what is made of that is told in `category.py`."""

from __future__ import annotations

from dataclasses import dataclass

from parsing.report import Category

_C = Category


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Ideas that, said together, speak for a category."""

    category: Category
    weight: float
    needs: tuple[tuple[str, ...], ...]  #: of each one or the other
    without: tuple[str, ...] = ()  #: that speak of something else
    within: int = 12  #: words

    @property
    def name(self) -> str:
        """What is shown as the evidence."""
        return "+".join("|".join(need) for need in self.needs)


def _rule(category: Category, weight: float, needs: str, without: str = "", within: int = 12) -> Rule:
    return Rule(
        category=category,
        weight=weight,
        needs=tuple(tuple(need.split("|")) for need in needs.split()),
        without=tuple(without.split()),
        within=within,
    )


#: Of these a message or a "why" is about, where they are spoken of.
_NOT_TECHNICAL = (
    "deposit withdraw transfer balance money purchase kyc verification registration activation_link otp login password "
    "restricted locked hacked not_me fraud praise howto already_used second_factor"
)
_WHOLE = 10_000  #: words: anywhere in the text

RULES = (
    _rule(_C.DEPOSIT_MISSING, 5, "deposit not_arrived|not_shown|pending|failed|expired|gone|deducted", within=16),
    _rule(_C.DEPOSIT_MISSING, 4, "balance not_arrived", "purchase", within=5),
    _rule(_C.DEPOSIT_MISSING, 3, "transfer|money not_arrived to_platform|balance", within=24),
    _rule(_C.DEPOSIT_MISSING, 3, "deposit not_arrived|pending|failed|deducted|cannot", within=_WHOLE),
    _rule(_C.DEPOSIT_MISSING, 3, "balance|money not_arrived", "withdraw transfer purchase", within=_WHOLE),
    _rule(_C.DEPOSIT_MISSING, 3, "deposit trouble", within=8),
    _rule(_C.DEPOSIT_MISSING, 2, "money|transfer not_arrived", "withdraw to_bank"),
    _rule(_C.DEPOSIT_MISSING, 1, "money not_arrived", "withdraw to_bank purchase"),
    _rule(_C.DEPOSIT_MISSING, 3, "proof not_arrived|pending|zero", "withdraw to_bank purchase", within=24),
    _rule(_C.DEPOSIT_MISSING, 4, "payment not_arrived|pending|zero|where", "purchase withdraw to_bank", within=16),
    _rule(_C.DEPOSIT_MISSING, 4, "transfer|sent from_bank not_arrived|pending|zero|long", "purchase withdraw to_bank", within=24),
    _rule(_C.WITHDRAWAL_MISSING, 5, "withdraw not_arrived|pending|failed|refused", within=16),
    _rule(_C.WITHDRAWAL_MISSING, 3, "withdraw cannot", within=6),
    _rule(_C.WITHDRAWAL_MISSING, 4, "withdraw error|zero|deducted|slow", within=12),
    _rule(_C.WITHDRAWAL_MISSING, 4, "transfer|sent|money person not_arrived|zero", "deposit otp", within=14),
    _rule(_C.WITHDRAWAL_MISSING, 3, "withdraw trouble", within=8),
    _rule(_C.WITHDRAWAL_MISSING, 3, "withdraw not_arrived|pending|failed|refused|gone", within=_WHOLE),
    _rule(_C.DEPOSIT_MISSING, 3, "deposit long|where|error|slow", within=8),
    _rule(_C.DEPOSIT_MISSING, 4, "deposit|transfer zero", "withdraw to_bank", within=16),
    _rule(_C.DEPOSIT_MISSING, 2, "money pending|where", "withdraw transfer to_bank purchase", within=8),
    _rule(_C.DEPOSIT_MISSING, 2, "to_platform sent|transfer pending|where", "withdraw", within=10),
    _rule(_C.WITHDRAWAL_MISSING, 4, "withdraw long|where", within=8),
    _rule(_C.WITHDRAWAL_MISSING, 4, "not_arrived to_bank", "deposit otp login", within=3),
    _rule(_C.WITHDRAWAL_MISSING, 4, "refund not_arrived|pending|failed|refused|long|where", "not_me hacked deposit", within=12),
    _rule(_C.WITHDRAWAL_MISSING, 3, "refund neg", "not_me hacked deposit", within=3),
    _rule(_C.WITHDRAWAL_MISSING, 4, "not_returned", "not_me hacked deposit gone restricted"),
    _rule(_C.WITHDRAWAL_MISSING, 5, "transfer to_bank not_arrived|pending|failed|cannot|neg", "to_platform deposit", within=20),
    _rule(_C.WITHDRAWAL_MISSING, 5, "sent to_bank not_arrived|pending|failed|gone", "to_platform deposit otp login", within=20),
    _rule(_C.WITHDRAWAL_MISSING, 3, "transfer not_arrived|pending|failed", "deposit balance to_platform from_bank"),
    _rule(_C.WITHDRAWAL_MISSING, 3, "purchase not_arrived|pending|failed|error|deducted|gone"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 6, "hacked"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 6, "not_me", "already_used", within=_WHOLE),
    _rule(_C.SUSPICIOUS_ACTIVITY, 4, "balance|money gone", "purchase", within=6),
    _rule(_C.SUSPICIOUS_ACTIVITY, 4, "balance|money stranger", "deposit withdraw transfer sent to_bank", within=5),
    _rule(_C.SUSPICIOUS_ACTIVITY, 3, "balance|money self", "deposit withdraw purchase", within=5),
    _rule(_C.SUSPICIOUS_ACTIVITY, 3, "balance|money gone|deducted self|subscription", within=8),
    _rule(_C.SUSPICIOUS_ACTIVITY, 5, "fraud"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 3, "protect"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 4, "intrusion"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 3, "deducted self|subscription", within=4),
    _rule(_C.SUSPICIOUS_ACTIVITY, 3, "impersonated"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 4, "stranger enter|login|changed|transfer|sent|withdraw|account"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 5, "money|balance gone|deducted stranger", within=14),
    _rule(_C.SUSPICIOUS_ACTIVITY, 5, "foreign_login", "restricted"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 3, "phone|email|password changed stranger|self|not_me|gone"),
    _rule(_C.ACCOUNT_RESTRICTED, 6, "account|rights|balance|money restricted", within=8),
    _rule(_C.ACCOUNT_RESTRICTED, 6, "money|balance locked", "forgot password", within=3),
    _rule(_C.ACCOUNT_RESTRICTED, 4, "restricted"),
    _rule(_C.ACCOUNT_RESTRICTED, 2, "restricted|locked restricted_weak", within=_WHOLE),
    _rule(_C.ACCOUNT_RESTRICTED, 5, "locked restricted_weak", "forgot wrong", within=10),
    _rule(_C.ACCOUNT_RESTRICTED, 5, "account closed", "thing hacked", within=6),
    _rule(_C.LOGIN, 5, "cannot|failed enter|login", within=4),
    _rule(_C.LOGIN, 3, "login wrong|refused|error|not_working|not_arrived|pending"),
    _rule(_C.LOGIN, 6, "forgot password|account|email|phone", within=10),
    _rule(_C.LOGIN, 5, "locked"),
    _rule(_C.LOGIN, 5, "handle wrong|refused", "deposit withdraw transfer sent money", within=5),
    _rule(_C.LOGIN, 5, "account cannot|not_working work", within=4),
    _rule(_C.LOGIN, 4, "password wrong|reset|refused|failed", within=8),
    _rule(_C.LOGIN, 3, "enter wrong|refused", within=7),
    _rule(_C.LOGIN, 3, "enter password cannot|crash|bug|error|slow", "registration", within=12),
    _rule(_C.LOGIN, 4, "second_factor", "kyc"),
    _rule(_C.LOGIN, 4, "signed_out", "gone deposit withdraw"),
    _rule(_C.LOGIN, 4, "otp not_arrived|wrong|failed|refused", "registration purchase", within=10),
    _rule(_C.LOGIN, 4, "login otp|password expired|slow|pending", "registration", within=16),
    _rule(_C.LOGIN, 4, "enter otp|password inactive", "registration gone", within=24),
    _rule(_C.LOGIN, 4, "login|enter|otp inactive", "registration gone", within=12),
    _rule(_C.LOGIN, 3, "phone|email inactive", within=6),
    _rule(_C.REGISTRATION_ALREADY_USED, 6, "already_used registration", within=_WHOLE),
    _rule(_C.REGISTRATION_ALREADY_USED, 5, "already_used phone|email|identity never_had|refused|failed|cannot|neg", within=24),
    _rule(_C.REGISTRATION_ALREADY_USED, 4, "already_used phone|email|identity", "otp", within=6),
    _rule(_C.REGISTRATION_OTP, 7, "registration otp not_arrived|wrong|failed|refused|expired|error|neg", within=_WHOLE),
    _rule(_C.REGISTRATION_OTP, 3, "registration otp", within=_WHOLE),
    _rule(_C.REGISTRATION_FORM, 5, "registration cannot|failed|error|not_working|refused|slow|bug", within=16),
    _rule(_C.REGISTRATION_FORM, 5, "registration form", "otp", within=16),
    _rule(_C.REGISTRATION_FORM, 3, "form cannot|failed|error|not_working|not_shown|refused|inactive", "otp", within=16),
    _rule(_C.ACTIVATION_LINK, 8, "activation_link"),
    _rule(_C.ACTIVATION_LINK, 6, "activation link|email", within=8),
    _rule(_C.VERIFICATION_KYC, 5, "kyc refused|failed|pending|not_arrived|cannot|wrong|slow|error|not_working|bug", within=12),
    _rule(_C.VERIFICATION_KYC, 5, "identity refused|failed|pending", "registration already_used", within=8),
    _rule(_C.VERIFICATION_KYC, 4, "verification refused|failed|pending|cannot", "otp registration activation_link", within=8),
    _rule(_C.VERIFICATION_KYC, 4, "kyc|verification unanswered|long", "otp registration activation_link deposit withdraw", within=18),
    _rule(_C.VERIFICATION_KYC, 2, "kyc"),
    _rule(_C.TECHNICAL, 3.5, "error|crash|slow|bug", "registration activation_link"),
    _rule(_C.TECHNICAL, 3, "thing error|crash|slow|bug|not_shown|not_working|cannot", "registration activation_link", within=10),
    _rule(_C.TECHNICAL, 3, "thing gone", "registration activation_link balance money hacked not_me", within=4),
    _rule(_C.TECHNICAL, 3, "thing sudden", "registration activation_link balance money account", within=8),
    _rule(_C.TECHNICAL, 3, "thing why", _NOT_TECHNICAL, within=3),
    _rule(_C.TECHNICAL, 3, "message", _NOT_TECHNICAL),
    _rule(_C.TECHNICAL, 3, "cannot work", "registration activation_link kyc otp login link", within=3),
    _rule(_C.TECHNICAL, 1, "not_shown|not_working", "registration activation_link otp"),
    _rule(_C.TECHNICAL, 1, "crash|slow|bug|not_shown update|thing", within=16),
    _rule(_C.STATUS_ENQUIRY, 6, "ticket progress|unanswered", within=18),
    _rule(_C.STATUS_ENQUIRY, 3, "progress"),
    _rule(_C.STATUS_ENQUIRY, 3, "ticket ask", "deposit withdraw transfer not_me hacked cannot error", within=5),
)  # fmt: skip

#: What a complaint is about that says no more than that, the surest first; and what tells a complaint.
TOPICS = (
    ("withdraw", _C.WITHDRAWAL_MISSING),
    ("deposit", _C.DEPOSIT_MISSING),
    ("registration otp", _C.REGISTRATION_OTP),
    ("registration", _C.REGISTRATION_FORM),
    ("kyc", _C.VERIFICATION_KYC),
    ("stranger|intrusion|hacked", _C.SUSPICIOUS_ACTIVITY),
    ("purchase", _C.WITHDRAWAL_MISSING),
    ("money|balance gone|deducted", _C.SUSPICIOUS_ACTIVITY),
    ("login|password|second_factor", _C.LOGIN),
    ("transfer|sent to_bank", _C.WITHDRAWAL_MISSING),
    ("payment|transfer|sent", _C.DEPOSIT_MISSING),
    ("money|balance not_arrived|failed|pending|zero", _C.DEPOSIT_MISSING),
    ("verification", _C.VERIFICATION_KYC),
    ("thing", _C.TECHNICAL),
)
COMPLAINING = "neg cannot not_arrived not_shown not_working failed refused pending gone deducted zero wrong error bug slow crash grievance why where long trouble sudden self".split()
