"""The watermark: what every sheet and every page of an exported list says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lists.approval import Approval
from lists.content import Content, Value


@dataclass(frozen=True)
class Handed:
    """An export on one day: what is printed, for whom, under which approval, and which number it bears."""

    content: Content
    approval: Approval
    on: date
    number: str
    rows: tuple[tuple[Value, ...], ...]

    @property
    def ended(self) -> int:
        """Approved rows that are not printed, because they ended since."""
        return len(self.content.lines) - len(self.rows)

    @property
    def short(self) -> str:
        """The mark in one line: tier, recipient, dates, number."""
        content = self.content
        return (
            f"{content.told.tier} · for {content.recipient_name} only · {self.on} · "
            f"void from {self.approval.expires_on} · {self.number}"
        )

    @property
    def whole(self) -> str:
        """The mark with the purpose."""
        return f"{self.short} · {self.content.told.purpose}"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the reader has to know, as name and sentence."""
        content, told = self.content, self.content.told
        holds = f", as known on {content.known_on}" if content.known_on else ""
        facts = [
            ("Tier", told.tier),
            ("Recipient", f"{content.recipient_name}: {content.recipient.purpose}"),
            ("Place", content.place),
            ("Purpose", told.purpose),
            ("May be used by", "; ".join(told.may_use)),
            ("Never for", "; ".join(told.never_for)),
            *((("Know", " ".join(told.caveats)),) if told.caveats else ()),
            ("Exported", f"{self.on}, from publication {content.publication_id}{holds}"),
            ("Released", f"by decisions {self.approval.first} and {self.approval.decision_id}, of two people"),
            ("Void from", f"{self.approval.expires_on}: destroy every copy then"),
            ("Number", f"{self.number} (content {content.digest[:12]})"),
        ]
        if self.ended:
            facts.append(("Left out", f"{self.ended} approved rows that ended since or have nothing to stand on"))
        return facts
