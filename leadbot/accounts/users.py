"""Companies and their people: signing up, logging in."""

from __future__ import annotations

import base64
import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from functools import cache

import bcrypt
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from leadbot.accounts import audit
from leadbot.database import tenancy
from leadbot.database.session import db, read_only, utcnow
from leadbot.errors import EmailTaken, Forbidden, Invalid, WrongLogin
from leadbot.models import AuditEvent, Company, Role, User, WebSession
from leadbot.texts import text_input
from leadbot.texts import trades as setups
from leadbot.texts.languages import LANGUAGES

PASSWORD_LEAST, PASSWORD_MOST = 6, 1024
EMAIL_MOST, COMPANY_NAME_MOST, NAME_MOST = 254, 200, 200
THEMES = ("light", "dark")
SESSION_MOST = timedelta(days=30)
# Built once: every request begins with one of them.
_WHO = select(User).execution_options(populate_existing=True)
_BY_ID = _WHO.where(User.id == bindparam("user_id"))
_BY_EMAIL = _WHO.where(User.email_key == bindparam("key"))
_HOLDS = select(WebSession.user_id).where(
    WebSession.key_hash == bindparam("key"), WebSession.created_at > bindparam("since")
)
_OF_SESSION = _WHO.where(User.id == _HOLDS.scalar_subquery())


def sign_up(
    email: str,
    password: str,
    company_name: str,
    *,
    person: str = "",
    language: str | None = None,
    setup: str = setups.DEFAULT,
) -> User:
    """Make a company with its first person, the owner. Raises Invalid, EmailTaken.

    `person` is what he is called, which clients see where he answers them. `language` is the person's own choice and
    then the company's too; without one the company speaks Russian. `setup` is the trade its bot begins with.
    """
    email = clean_email(email)
    if setup not in setups.names():
        raise Invalid("Choose among: %(names)s", field="setup", names=", ".join(setups.names()))
    bot = {} if setup == setups.DEFAULT else {"setup": setup}
    name = text_input.name_of(company_name, "company_name", most=COMPANY_NAME_MOST)
    person = clean_name(person, required=False)
    hashed = hash_password(clean_password(password))  # slow on purpose: before the transaction begins
    if by_email(email):
        raise EmailTaken
    company = Company(name=name, language=language or "ru", bot=bot)
    db.session.add(company)
    try:
        db.session.flush()
        tenancy.act_for(company.id)
        user = User(
            email=email,
            email_key=email_key(email),
            name=person,
            hashed_password=hashed,
            role=Role.OWNER,
            company=company,
            language=language,
        )
        db.session.add(user)
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        if by_email(email):
            raise EmailTaken from None
        raise error
    return user


def log_in(email: str, password: str) -> User:
    """The person with this e-mail and password. Raises WrongLogin: the same, and as slowly, for every cause."""
    # PostgreSQL can't even be asked for a text with NUL in it.
    possible = isinstance(email, str) and len(email) <= EMAIL_MOST + 64 and "\x00" not in email
    user = by_email(email) if possible else None
    user_id, hashed = (user.id, user.hashed_password) if user else (None, None)
    if not is_password(password, hashed or _nobody()) or user_id is None:
        raise WrongLogin
    found = by_id(user_id)
    if found is None or not found.is_active:
        raise WrongLogin
    tenancy.act_for(found.company_id)
    return found


def begin_session(user: User) -> str:
    """Let this person in at one browser; the key its cookie shall hold. His outworn sessions are swept out."""
    key = secrets.token_urlsafe(32)
    outworn = WebSession.created_at < utcnow() - SESSION_MOST
    db.session.execute(delete(WebSession).where(WebSession.user_id == user.id, outworn))
    db.session.add(WebSession(user_id=user.id, key_hash=key_hash(key)))
    audit.note(user.id, AuditEvent.LOGGED_IN)
    db.session.commit()
    return key


def note_token(user: User) -> None:
    """Write down that this person has come in, not at a browser but by a token."""
    audit.note(user.id, AuditEvent.LOGGED_IN)
    db.session.commit()


def end_session(key: str) -> None:
    """Log one browser out: its cookie is worth nothing from now on."""
    db.session.execute(delete(WebSession).where(WebSession.key_hash == key_hash(key)))
    db.session.commit()


def of_session(key: str) -> User | None:
    """The person this browser was logged in as, unless the session was ended, is outworn, or the account is off."""
    found = _find(_OF_SESSION, key=key_hash(key), since=utcnow() - SESSION_MOST)
    return found if found and found.is_active else None


def of_token(user_id: int, version: int, email: str) -> User | None:
    """The person a token was made for, read anew; None once its tokens were ended, the e-mail is another one's or the
    account is off."""
    found = by_id(user_id)
    if found is None or found.token_version != version or found.email_key != email_key(email):
        return None
    return found if found.is_active else None


def change_profile(user: User, values: dict[str, object]) -> User:
    """Set what a person chooses for himself: name, language, theme. Nothing is written unless all are right.
    Raises Invalid."""
    checked = {key: _PROFILE[key](value) for key, value in values.items()}
    for key, value in checked.items():
        setattr(user, key, value)
    db.session.commit()
    return user


def by_id(user_id: int) -> User | None:
    """A person by id, of whatever company: who is acting is asked before it is known for whom."""
    return _find(_BY_ID, user_id=user_id)


def by_email(email: str) -> User | None:
    """A person by e-mail, of whatever company."""
    return _find(_BY_EMAIL, key=email_key(email))


def owner_name(company: Company) -> str:
    """What the company's owner is called: the first of them, where it has several."""
    owners = select(User).where(User.role == Role.OWNER).order_by(User.id).limit(1)
    owner: User | None = db.session.scalars(owners).first()
    return owner.shown_name if owner else company.name


def check_may_write(user: User) -> None:
    """Raises Forbidden for a person who may only look."""
    if not user.may_write:
        raise Forbidden


def check_is_owner(user: User) -> None:
    """Raises Forbidden for a person who is not an owner."""
    if user.role is not Role.OWNER:
        raise Forbidden("Only an owner may do this")


def clean_email(value: object) -> str:
    """The address as it was given, which is how it is shown. Raises Invalid."""
    text = text_input.line(value, "email", most=1000)
    if len(text) > EMAIL_MOST:
        raise Invalid("Check the address: it should look like name@company.kz", field="email")
    email = unicodedata.normalize("NFKC", text)
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        raise Invalid("Check the address: it should look like name@company.kz", field="email") from None
    return email


def email_key(email: str) -> str:
    """What an address is known by: NFKC, trimmed, lower case."""
    return unicodedata.normalize("NFKC", email).strip().lower()


def clean_name(value: object, *, required: bool = True) -> str:
    """What a person is called. An address is none: clients see it. Raises Invalid."""
    if isinstance(value, str) and "@" in value:
        raise Invalid("Write a name as clients shall see it, not an address", field="name")
    return text_input.name_of(value, "name", most=NAME_MOST, required=required)


def clean_password(value: object) -> str:
    """The password as given, not a blank stripped. Raises Invalid."""
    if not isinstance(value, str):
        raise Invalid("Must be text", field="password")
    if len(value) < PASSWORD_LEAST:
        raise Invalid("Use at least 6 characters", field="password")
    if len(value) > PASSWORD_MOST:
        raise Invalid("Use at most 1,024 characters", field="password")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Invalid("Not valid text", field="password") from None
    return value


def hash_password(password: str) -> str:
    """bcrypt over base64(SHA-256(password)): bcrypt alone stops at 72 bytes, 37 Cyrillic letters are more."""
    return bcrypt.hashpw(_digest(password), bcrypt.gensalt()).decode()


def is_password(password: object, hashed: str) -> bool:
    """Takes as long for a password that can't be right as for one that might."""
    possible = isinstance(password, str) and len(password) <= PASSWORD_MOST
    return bcrypt.checkpw(_digest(str(password) if possible else ""), hashed.encode()) and possible


def _digest(password: str) -> bytes:
    return base64.b64encode(hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest())


@cache
def _nobody() -> str:
    """A hash no password fits, compared where there is no such person, so that both take the same time."""
    return hash_password("nobody")


def _find(who: Select[User], **asked: object) -> User | None:
    """As the row stands now, of whatever company, in a transaction that is over at once."""
    with read_only(), tenancy.all_companies():
        found: User | None = db.session.scalar(who, asked)
    return found


def key_hash(key: str) -> str:
    """What a session is known by in the database."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _language(value: object) -> str:
    if value not in LANGUAGES:
        raise Invalid("Choose ru, kk or en", field="language")
    return str(value)


def _theme(value: object) -> str | None:
    if value not in (*THEMES, "", None):
        raise Invalid("Choose light, dark or as the system", field="theme")
    return str(value) if value else None


_PROFILE: dict[str, Callable[[object], str | None]] = {
    "name": lambda value: clean_name(value, required=False),
    "language": _language,
    "theme": _theme,
}
