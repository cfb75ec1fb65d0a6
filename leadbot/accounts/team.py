"""The company's people: inviting, roles, shutting out, saying good-bye. All but looking is for owners."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import lazyload

from leadbot.accounts import audit, chats, companies, links, passwords, tenant, users
from leadbot.accounts.limits import letters
from leadbot.database.session import db, utcnow
from leadbot.errors import EmailTaken, Invalid, NotFound
from leadbot.events import InvitationMade, PersonLeft, publish
from leadbot.models import AuditEvent, Delivery, DeliveryState, LinkKind, OneTimeLink, Role, User

INVITATIONS_MOST = 100
LETTER = "mail.invitation"  # the event of its row in the outbox


def people() -> list[User]:
    """Everybody of the company who has not been removed, in the order they came."""
    found = select(User).where(User.removed_at.is_(None)).order_by(User.id).options(lazyload(User.company))
    return list(db.session.scalars(found))


def person(user_id: int) -> User:
    """A person of the company. Raises NotFound for any other, and for one who has been removed."""
    found = db.session.scalars(select(User).where(User.id == user_id)).first() if 0 < user_id < 2**31 else None
    if found is None or found.removed_at is not None:
        raise NotFound
    return found


def invitations() -> list[OneTimeLink]:
    """Those that are still good, newest first."""
    good = select(OneTimeLink).where(OneTimeLink.kind == LinkKind.INVITATION, OneTimeLink.expires_at > utcnow())
    return list(db.session.scalars(good.where(links.is_backed()).order_by(OneTimeLink.id.desc())))


def unsent_letters(given: Iterable[OneTimeLink]) -> Mapping[str, str]:
    """By address why the last letter with an invitation has not arrived there and never will."""
    addresses = [link.email for link in given if link.email]
    sent = select(Delivery.target, Delivery.state, Delivery.last_error)
    sent = sent.where(Delivery.event == LETTER, Delivery.target.in_(addresses)).order_by(Delivery.id)
    last = {target: (state, error) for target, state, error in db.session.execute(sent)}
    return {target: error or "" for target, (state, error) in last.items() if state is DeliveryState.DEAD}


class Invited(NamedTuple):
    """The link to give away, and whether a letter takes it there already.

    Not every mail server takes an address with other than Latin letters before its @: `may_fail`.
    """

    url: str
    is_sent: bool
    may_fail: bool = False


def invite(email: str, role: str, *, by: User) -> Invited:
    """Make a one-time link into the company. With an e-mail only that one can use it, and a letter goes there where the
    installation can send mail and the day's letters are not used up. Raises Invalid, EmailTaken, Forbidden."""
    users.check_is_owner(by)
    kind, address = _role(role), users.clean_email(email) if email.strip() else None
    if address and users.by_email(address):
        raise EmailTaken("This address has an account already. Invite him at another one")
    if len(invitations()) >= INVITATIONS_MOST:
        raise Invalid("Too many invitations wait already. Take some back first", field="email")
    if address:
        _take_back(email=address)
    _check_room(coming=1)
    link = OneTimeLink(kind=LinkKind.INVITATION, email=address, role=kind, made_by_id=by.id)
    url = links.address(link.kind, links.make(link, links.INVITATION_LASTS))
    is_sent = bool(address) and links.sends_mail() and letters.may_invite(address or "", by.company_id)
    if is_sent:
        publish(InvitationMade(address or "", url, by.id, kind))
    audit.note(by.id, AuditEvent.INVITED, detail=kind)
    db.session.commit()
    return Invited(url, is_sent, may_fail=not (address or "").rpartition("@")[0].isascii())


def revoke(link_id: int, *, by: User) -> None:
    """Take an invitation back. Raises NotFound, Forbidden."""
    users.check_is_owner(by)
    if not 0 < link_id < 2**31 or not _take_back(id=link_id):
        raise NotFound
    audit.note(by.id, AuditEvent.UNINVITED)
    db.session.commit()


def join(key: str, *, email: str, name: str, password: str) -> User:
    """Use an invitation: a new person of the company that sent it. Raises LinkExpired, Invalid, EmailTaken."""
    link = links.find(key, LinkKind.INVITATION)
    address = link.email or users.clean_email(email)
    name = users.clean_name(name)
    password = users.clean_password(password)
    db.session.rollback()  # no transaction is held over a quarter of a second of hashing
    hashed = users.hash_password(password)
    link = links.find(key, LinkKind.INVITATION)
    _check_room()
    links.use_up(link)
    user = User(email=address, email_key=users.email_key(address), name=name, hashed_password=hashed, role=link.role)
    db.session.add(user)
    try:
        db.session.flush()
        audit.note(user.id, AuditEvent.JOINED, detail=user.role)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise EmailTaken from None
    return user


def change_role(who: User, role: str, *, by: User) -> None:
    """Give a person another role; what a former owner has given ends. Raises Invalid where the company would be left
    without an owner, Forbidden."""
    users.check_is_owner(by)
    to = _role(role)
    tenant.locked_company()
    if to is not Role.OWNER:
        _check_owner_is_left(who)
        links.take_back_from(who)
    who.role = to
    audit.note(by.id, AuditEvent.ROLE, about_id=who.id, detail=to)
    db.session.commit()


def set_enabled(who: User, is_enabled: bool, *, by: User) -> None:
    """Shut a person out, or let him in again; his sessions and tokens end. Raises Invalid, Forbidden."""
    users.check_is_owner(by)
    tenant.locked_company()
    if not is_enabled:
        _check_owner_is_left(who)
        _let_go(who)
    who.is_enabled = is_enabled
    audit.note(by.id, AuditEvent.LET_IN if is_enabled else AuditEvent.SHUT_OUT, about_id=who.id)
    db.session.commit()


def remove(who: User, *, by: User) -> None:
    """A person leaves for good; his leads stay and show his name, his e-mail is free. Raises Invalid, Forbidden."""
    users.check_is_owner(by)
    tenant.locked_company()
    _check_owner_is_left(who)
    _let_go(who)
    who.name, who.email, who.removed_at, who.telegram_id = who.shown_name, "", utcnow(), None
    who.email_key = f"REMOVED {who.id}"  # nobody's address: keys are in lower case
    audit.note(by.id, AuditEvent.REMOVED, about_id=who.id)
    db.session.commit()


def give_reset(who: User, *, by: User) -> str:
    """A link by which this person sets a new password, to be handed over. Raises Forbidden."""
    users.check_is_owner(by)
    link = OneTimeLink(kind=LinkKind.RESET, user_id=who.id, made_by_id=by.id)
    url = links.address(link.kind, links.make(link, links.GIVEN_RESET_LASTS))
    audit.note(by.id, AuditEvent.RESET_LINK, about_id=who.id)
    db.session.commit()
    return url


def _check_room(*, coming: int = 0) -> None:
    """Raises Invalid where the operator allows fewer people than there are with those who come; who is invited counts,
    so that using an invitation brings nobody new."""
    most = companies.limit_of(tenant.locked_company(), "people")
    if most is not None and len(people()) + len(invitations()) + coming > most:
        raise Invalid("At most %(max)s people, invitations counted", field="email", max=most)


def _let_go(who: User) -> None:
    """End all that a person holds and has given; his own chat stops getting the company's leads."""
    passwords.end_everything(who)
    links.take_back_from(who)
    publish(PersonLeft(who.id))
    chats.forget_private(who)


def _check_owner_is_left(without: User) -> None:
    owners = select(func.count()).select_from(User).where(User.role == Role.OWNER, User.id != without.id)
    left = db.session.scalar(owners.where(User.is_enabled, User.removed_at.is_(None)))
    if without.is_owner and not left:
        raise Invalid("The company must keep at least one owner", field="role")


def _take_back(**which: object) -> bool:
    gone = delete(OneTimeLink).where(OneTimeLink.kind == LinkKind.INVITATION).filter_by(**which)
    return bool(db.session.execute(gone).rowcount)  # type: ignore[attr-defined]


def _role(value: str) -> Role:
    try:
        return Role(value)
    except ValueError:
        raise Invalid("Choose a role", field="role") from None
