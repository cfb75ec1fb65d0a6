"""Signing up, logging in, and who am I."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from leadbot.accounts import users
from leadbot.accounts.limits import caller, entry
from leadbot.api import account_shapes as shapes
from leadbot.api import bodies, gate, tokens
from leadbot.api.operations import FORM, JSON, operation
from leadbot.api.values import moment
from leadbot.models import User

bp = Blueprint("auth", __name__, url_prefix="/auth")
TAG = "Account"


@bp.post("/register")
@operation(
    "Sign a company up",
    TAG,
    shapes.Account,
    status=201,
    takes={JSON: shapes.SignUp},
    errors=(400, 415, 429),
    is_public=True,
    about="It is empty and ready to talk. Log in next.",
)
def register() -> tuple[dict[str, Any], int]:
    """Make a company with its first person."""
    given = bodies.as_json(shapes.SignUp)
    with entry.founding(given.email, caller(request.remote_addr)):
        user = users.sign_up(given.email, given.password, given.company_name, person=given.name)
    return account(user), 201


@bp.post("/login")
@operation(
    "Get a token",
    TAG,
    shapes.Token,
    takes={FORM: shapes.LogIn},
    errors=(401, 429),
    is_public=True,
    about="The token stands for seven days, unless the installation says otherwise.",
)
def log_in() -> dict[str, str]:
    """Give a token for an e-mail and a password."""
    given = bodies.as_form(shapes.LogIn)
    with entry.logging_in(given.username, caller(request.remote_addr)):
        user = users.log_in(given.username, given.password)
    token = tokens.issue(user)
    users.note_token(user)
    return {"access_token": token, "token_type": "bearer"}


@bp.get("/me")
@operation(
    "Who the token stands for", TAG, shapes.Account, about="To try a token: 401 says that it is worth nothing any more."
)
def me() -> dict[str, Any]:
    """The company and the person of the token."""
    return account(gate.caller())


def account(user: User) -> dict[str, Any]:
    """A company and its person, as the customer's document shows them."""
    company = user.company
    return {
        "id": company.id,
        "email": user.email,
        "company_name": company.name,
        "is_active": company.is_active,
        "created_at": moment(company.created_at),
    }
