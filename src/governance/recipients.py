"""Who gets a publication of their own, and the keys of their pseudonyms."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from governance.errors import UnknownRecipient
from governance.gate import Tier
from governance.keys import secret_key
from governance.policy import Strict, load
from settings import Settings

#: Part of names of files, and of databases and roles, where two underscores separate.
Plain = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]


class Recipient(Strict):
    """One recipient: highest tier, jurisdictions, purpose, and the largest count that is suppressed at T1."""

    tier: Tier
    jurisdictions: Literal["all"] | list[str]
    purpose: str = Field(min_length=10)
    largest_suppressed: int = Field(default=10, ge=1)
    readers: dict[Plain, Annotated[list[str], Field(min_length=1)]] = {}
    """On Postgres, its readers who see some of its jurisdictions only."""

    @model_validator(mode="after")
    def _readers_see_no_more(self) -> Recipient:
        for name, places in self.readers.items():
            if self.jurisdictions != "all" and (beyond := sorted(set(places) - set(self.jurisdictions))):
                raise ValueError(f"reader {name} would see {', '.join(beyond)}, which the recipient does not get")
        return self


class RecipientPolicy(Strict):
    """``policies/recipients.yml``."""

    recipients: dict[Plain, Recipient]


def recipients(settings: Settings) -> dict[str, Recipient]:
    """Every recipient by name.

    Raises:
        SpecificationError: ``policies/recipients.yml`` is absent or wrong.
    """
    return load(settings, "recipients", RecipientPolicy).recipients


def chosen(settings: Settings, tier: str | None, names: tuple[str, ...]) -> dict[str, Recipient]:
    """The recipients of a tier, or those named.

    Raises:
        UnknownRecipient: a name is not declared, or nobody gets this tier.
    """
    everyone = recipients(settings)
    for name in names:
        if name not in everyone:
            raise UnknownRecipient(f"There is no recipient {name!r}.", f"Declared are: {', '.join(sorted(everyone))}.")
        if tier is not None and everyone[name].tier != tier:
            raise UnknownRecipient(
                f"{name} gets {everyone[name].tier}, not {tier}.", "Change policies/recipients.yml if that is wrong."
            )
    found = {n: r for n, r in sorted(everyone.items()) if (n in names if names else tier == r.tier)}
    if not found:
        raise UnknownRecipient(f"No recipient gets {tier}.", "Declare one in policies/recipients.yml.")
    return found


def generation(settings: Settings, name: str) -> int:
    """Which key of a recipient is in use: 1, and one more for every rotation."""
    file = settings.home / "secret" / "recipients" / f"{name}.json"
    return int(json.loads(file.read_text())["generation"]) if file.is_file() else 1


def pseudonym_key(settings: Settings, name: str) -> bytes:
    """The key under which a recipient's pseudonyms are made; nobody else's are made under it."""
    return secret_key(settings, f"recipients/{name}.{generation(settings, name)}")


def rotate(settings: Settings, name: str) -> int:
    """Take a new key for a recipient from the next publication on; returns its generation. The old key is kept."""
    number = generation(settings, name) + 1
    folder = settings.private_dir(settings.home / "secret")
    file = settings.private_dir(folder / "recipients") / f"{name}.json"
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps({"generation": number}) + "\n")
    draft.chmod(0o600)
    draft.replace(file)
    return number
