"""The shapes of accounts: signing up, logging in, who one is; and of the health of this copy."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from leadbot.accounts import users
from leadbot.api.values import Moment, passed_by
from leadbot.texts import text_input


def _given(value: str) -> str:
    if not value:
        raise PydanticCustomError("missing", "required")
    return value


Given = AfterValidator(_given)
Email = Annotated[
    str,
    passed_by(users.clean_email, "Invalid email"),
    Field(
        description="At most 254 characters",
        examples=["manager@construction.kz"],
        json_schema_extra={"format": "email", "maxLength": users.EMAIL_MOST},
    ),
]
Password = Annotated[
    str,
    passed_by(users.clean_password),
    Field(
        description="6 to 1,024 characters",
        examples=["securepass123"],
        json_schema_extra={
            "format": "password",
            "minLength": users.PASSWORD_LEAST,
            "maxLength": users.PASSWORD_MOST,
        },
    ),
]
CompanyName = Annotated[
    str,
    passed_by(lambda name: text_input.name_of(name, "company_name", most=users.COMPANY_NAME_MOST)),
    Field(
        description="At most 200 characters",
        examples=["СтройКомпания Алматы"],
        json_schema_extra={"minLength": 1, "maxLength": users.COMPANY_NAME_MOST},
    ),
]


class SignUp(BaseModel):
    """A company that signs up. Fields that are not known are passed over."""

    email: Email
    password: Password
    company_name: CompanyName
    name: Annotated[str, Field(description="What the owner is called; clients see it where he answers them")] = ""


class LogIn(BaseModel):
    """The form of OAuth2's password grant; `username` is the e-mail."""

    username: Annotated[str, Given, Field(description="The e-mail", examples=["manager@construction.kz"])]
    password: Annotated[
        str,
        Given,
        Field(description="The password", examples=["securepass123"], json_schema_extra={"format": "password"}),
    ]


class Token(BaseModel):
    """What stands for e-mail and password from now on."""

    access_token: str = Field(description="Send it as `Authorization: Bearer ...`")
    token_type: Literal["bearer"] = Field(description="How it is sent")


class Account(BaseModel):
    """A company and the person who asks; `id` is the company's and stands as `owner_id` in its leads."""

    id: int = Field(description="The company's id", examples=[1])
    email: str = Field(description="The person's", examples=["manager@construction.kz"])
    company_name: str = Field(description="What the company is called", examples=["СтройКомпания Алматы"])
    is_active: bool = Field(description="It has not been switched off")
    created_at: Moment


class Health(BaseModel):
    """It is well."""

    status: Literal["ok"] = Field(description="Nothing else is said")
