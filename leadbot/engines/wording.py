"""What a model wrote, made fit for a client: plain, short, without foreign links, and nothing in it that isn't true."""

from __future__ import annotations

import html
import re
import unicodedata

from leadbot.engines.base import CompanyCard, EngineDeclined, Turn
from leadbot.engines.claims import Sources, claims
from leadbot.engines.privacy import numbers_in
from leadbot.engines.rules.words import language as languages
from leadbot.engines.rules.words.text import read
from leadbot.engines.secrets import gives_away, without_codes

TEXT_CHARACTERS = 600
ORNAMENTS = {"So", "Sk", "Mn", "Me", "Cf", "Cn", "Co", "Cs"}
MARKUP_DEEP = 16  # markup inside markup inside markup: nobody who means well writes that

CONTROLS = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)
_ANGLES = re.compile(r"[＜﹤〈＞﹥〉]")
MARKUP: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"```[^\n`]*\n?|`"), ""),
    (re.compile(r"<(script|style|think|thinking|reasoning)\b.*?(?:</\1\s*>|$)", re.I | re.S), ""),
    (re.compile(r"</?[a-z!][^<>]*(?:>|$)", re.I), ""),
    (re.compile(r"!?\[([^\[\]\n]*)\]\(((?:[^()\n]|\([^()\n]*\))*)\)"), r"\1 \2"),
    (re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.M), ""),
    (re.compile(r"^[ \t]*([-=*_~])\1{2,}[ \t]*$", re.M), ""),
    (re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?)", re.M), ""),
    (re.compile(r"^[ \t]*[*+•][ \t]+", re.M), "- "),
    (re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|~~)(?=\S)(.{1,300}?)(?<=\S)\1(?!\w)"), r"\2"),
)
LINK = re.compile(
    r"[a-z][a-z0-9+.-]{0,20}://\S+|(?:javascript|data|vbscript|mailto|tel):\S+|[^\s@(),;:]{1,64}@[^\s@(),;:]{1,255}\.\w+"
    r"|(?<![\w@])(?:[\w-]{1,63}\.){1,8}(?:[a-z]{2,}|рф|қаз)\b(?:[/?#]\S*)?",
    re.IGNORECASE,
)
LINK_ENDS = ".,;:!?)»”\"'"
# «The manager will call you», «your request is taken»: true only once we have stored it, so only we say it.
PROMISE = re.compile(
    r"свяж(?:ет|ут|ем)ся|(?:пере|по)звон(?:ит|ят|им|ю)\b|набер(?:[её]т|ут|[её]м)\b|набирает|(?:пере)?звонит\b"
    r"|(?:жд|ожида)\w+ (?:\w+ )?звонк|(?:при|вы)ед(?:ет|ут|ем)\b"
    r"|(?:заяв|запрос|обращен|данны|контакт|замер)\w*(?: \w+)? "
    r"(?:приня|оформ|зарегистр|созда|отправл|переда|записа|сохран)"
    r"|(?:приня|оформи|зарегистрирова|созда|переда|отправи|записа|сохрани)(?:л\w*|м|ю|дим)(?: \w+)? "
    r"(?:заяв|запрос|обращен|данны|контакт|на замер|менеджер|вас\b|вам\b)"
    r"|(?:хабарласа|қоңырау шала|қоңырау соға|байланыса)(?:ды|мыз|мын|тын)|хабарласып жатыр|звондайды"
    r"|өтіні[шм]\w*(?: \w+)? (?:қабылдан|тіркел|рәсімдел|жіберіл)"
    r"|(?:\b(?:will|shall|going to|is about to)|['’]ll) (?:\w+ ){0,2}"
    r"(?:call|contact|phone|ring|get in touch|get back|reach|hear|visit)"
    r"|(?:request|order|application|details|data|visit) (?:is|was|has been|have been|are|were) (?:\w+ )?"
    r"(?:registered|accepted|submitted|received|passed|sent|forwarded|booked|scheduled|saved)"
    r"|\b(?:have|has|['’]ve) (?:\w+ )?(?:registered|passed|forwarded|booked|scheduled|submitted|sent)",
    re.IGNORECASE,
)
# What a question is about, by its words; the last question of a text is the one a client answers.
SUBJECTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("name", re.compile(r"зовут|ваше имя|имя\b|обращаться|есім|атыңыз|your name|what name", re.I)),
    ("phone", re.compile(r"номер|телефон|перезвонить|нөмір|phone|number (?:should|can|to)|reach you", re.I)),
    ("plot", re.compile(r"участ|земл|жер тел|жеріңіз|\bplot\b|\bland\b", re.I)),
    ("area", re.compile(r"площад|квадрат|кв\.? ?м|м²|метраж|аудан|шаршы|floor area|square|m²|how big", re.I)),
    ("city", re.compile(r"город|населённ|населенн|посёлк|поселк|қала|ауыл|\bcity\b|\btown\b|where is", re.I)),
    ("object_type", re.compile(r"объект|планируете|дом,? или|квартир\w* или|нысан|жоспарла|planning|kind of p", re.I)),
)  # fmt: skip


def fit(text: str, turn: Turn, language: str, ours: str = "") -> str:
    """`text` as a client may read it; empty where it is in another language than the answer must be.

    `ours` is what we know of the client and would say ourselves. Raises EngineDeclined where the text gives away or
    invents what it must not.
    """
    plain = _plain(text)
    if gives_away(text, turn) or (plain != text and gives_away(plain, turn)):
        raise EngineDeclined("repeats its instructions")
    if not _is_in(plain, language):
        return ""
    plain = _without_foreign_links(plain, turn)
    if _strange_numbers(plain, turn, ours):
        raise EngineDeclined("a number nobody gave")
    plain = _short(plain)
    if not any(char.isalnum() for char in plain):
        raise EngineDeclined("nothing left to say")
    told = Sources(without_codes(_card_text(turn.company)), _client_text(turn), ours)
    claimed = claims(plain, told, language)
    if claimed:
        raise EngineDeclined(f"claims {claimed}")
    return plain


def promises(text: str) -> bool:
    """Does the text claim that somebody will call, or that a request has been taken?"""
    return PROMISE.search(text) is not None


def _is_in(text: str, language: str) -> bool:
    """Is the text in this language, as far as its words tell?"""
    return languages.language_of(read(text).tokens) in {language, None}


def asked_in(text: str, company: CompanyCard | None = None) -> str | None:
    """The slot that the last question of a text asks for, "contact" for name and phone in one; None if unclear.

    A question of the company's own is known by its words.
    """
    questions = re.findall(r"[^.!?\n]*\?", text)
    if not questions:
        return None
    asked = _bare(questions[-1])
    for row in company.fields.own if company else ():
        if any(_bare(own) in asked for own in row.question.values() if own):
            return row.key
    slots = [slot for slot, words in SUBJECTS if words.search(questions[-1])]
    if slots[:2] == ["name", "phone"]:
        return "contact"
    return slots[0] if len(slots) == 1 else None


def _bare(text: str) -> str:
    """The words of a text, whatever stands between them."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _plain(text: str) -> str:
    text = _ANGLES.sub(lambda found: "<" if found[0] in "＜﹤〈" else ">", text)
    text = CONTROLS.sub(lambda found: " " if found[0] == "\t" else "", text.replace("\r\n", "\n").replace("\r", "\n"))
    for _ in range(MARKUP_DEEP):  # markup inside markup: what one pass uncovers the next one removes
        before, text = text, html.unescape(text)
        for pattern, kept in MARKUP:
            text = pattern.sub(kept, text)
        if text == before:
            return _tidy(_without_ornament(text))
    raise EngineDeclined("markup without an end")


def _without_ornament(text: str) -> str:
    """Emoji, marks above letters and signs nobody sees are left out; what is joined of two signs becomes one."""
    if text.isascii():
        return text
    joined = unicodedata.normalize("NFC", text)
    return "".join(char for char in joined if unicodedata.category(char) not in ORNAMENTS)


def _tidy(text: str) -> str:
    lines = (re.sub(r" {2,}", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_foreign_links(text: str, turn: Turn) -> str:
    """Links, domains and e-mails stay only as the company's card has them; the client's own e-mail stays too."""
    allowed = _allowed(turn) if LINK.search(text) else set()

    def kept(found: re.Match[str]) -> str:
        link = found[0].rstrip(LINK_ENDS)
        if _address(link) in allowed:
            return found[0]
        return found[0][len(link) :].replace(")", "" if "(" in link else ")")

    return re.sub(r" +([.,;:!?])", r"\1", _tidy(LINK.sub(kept, text)))


def _allowed(turn: Turn) -> set[str]:
    """The addresses of the company's card and the client's own e-mails."""
    allowed = {_address(link) for link in LINK.findall(_card_text(turn.company))}
    return allowed | {_address(link) for link in LINK.findall(_client_text(turn)) if "@" in link}


def _address(link: str) -> str:
    """What tells two links apart: https://www.stroy.kz/ and stroy.kz are one."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", link.casefold()).rstrip(LINK_ENDS + "/")


def _strange_numbers(text: str, turn: Turn, ours: str) -> bool:
    """Is there a phone, ИИН or card in the text that neither the company nor the client has named?"""
    found = numbers_in(text)
    if not found:
        return False
    named = " ".join(numbers_in("\n".join((_card_text(turn.company), _client_text(turn), ours))))
    return any(number[-10:] not in named for number in found)


def _short(text: str) -> str:
    """Cut after the last whole sentence that fits, else after the last word."""
    if len(text) <= TEXT_CHARACTERS:
        return text
    head = text[: TEXT_CHARACTERS - 1]
    ends = [found.end() for found in re.finditer(r"[.!?](?=\s)", head)]
    if ends and ends[-1] > TEXT_CHARACTERS // 3:
        return head[: ends[-1]]
    return (head.rsplit(" ", 1)[0] or head) + "…"


def _card_text(company: CompanyCard) -> str:
    facts = (text for fact in company.facts for text in fact.text.values())
    contacts = (company.phone, company.email, company.address, company.hours, *company.week.values())
    own = (company.name, company.about, company.services, company.service_area, *contacts)
    return "\n".join((*own, *company.greeting.values(), *facts))


def _client_text(turn: Turn) -> str:
    return "\n".join(line.text for line in turn.history if line.author == "client")
