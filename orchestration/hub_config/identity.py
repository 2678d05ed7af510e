"""Block `identity` of hub.yaml: how records are told apart; nothing in it is needed."""

from typing import Any

from pydantic import Field, field_validator

from orchestration.hub_config.blocks import Block, mistake
from orchestration.hub_config.secrets import REFERENCE


class Identity(Block):
    """What the rooms `identity` and `dbt_project` are told about customers."""

    country: str | None = Field(
        default=None, description="ISO code by which phone numbers without prefix are read."
    )
    accept: float | None = Field(default=None, description="Bits from which a link is made.")
    accept_profile: float | None = Field(
        default=None, description="The same for a profile's likeness to a contact."
    )
    suggest: float | None = Field(
        default=None, description="Bits from which a pair is shown to a person."
    )
    margin: float | None = Field(
        default=None, ge=0, description="Bits by which a profile's best owner must lead."
    )
    max_cluster: int | None = Field(
        default=None, ge=2, description="Records from which a customer is cut to its best links."
    )
    model: str | None = Field(default=None, description="auto, default, or a file.")
    ladder: str | None = Field(
        default=None, description="Another evidence ladder than the shipped."
    )
    decisions: str | None = Field(
        default=None, description="People's word on links: a file under version control."
    )
    suppressed: str | None = Field(
        default=None, description="The list of suppressed identifiers, as salted hashes."
    )
    salt: str | None = Field(default=None, description="Secret of those hashes, as ${NAME}.")
    exclusive: list[str] | None = Field(
        default=None, description="Platforms on which a person has one verified account."
    )
    distinct: list[str] | None = Field(
        default=None, description="Sources whose ids are kept free of doubles."
    )
    source_priority: list[str] | None = Field(
        default=None, description="Sources whose values win in the golden record, best first."
    )

    @field_validator("country")
    @classmethod
    def _an_iso_code(cls, country: str | None) -> str | None:
        if country is not None and not (len(country) == 2 and country.isalpha()):
            raise mistake("this is no country's code", "write two letters, like DE")
        return country and country.upper()

    @field_validator("salt")
    @classmethod
    def _no_secret_in_the_file(cls, salt: str | None) -> str | None:
        if salt and not REFERENCE.fullmatch(salt):
            fix = "write ${TESSERA_SALT} and export that variable"
            raise mistake("a secret does not belong in this file", fix)
        return salt

    def given(self) -> dict[str, Any]:
        """What the file says, without what it leaves to the defaults."""
        return self.model_dump(exclude_none=True)
