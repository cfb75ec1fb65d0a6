"""Which clauses of a message ask something, with or without a question mark: what clients write seldom bears one.

Written for folded text (see `intents.fold`), in which «қашан» and «кашан» are one word. A clause asks by its mark, by
the word it begins with, by a verb that speaks of what the company does, or by the Kazakh particle «ма».
"""

from __future__ import annotations

import re

from leadbot.engines.rules.dialogue.intents import fold

_READ = 2_000  # characters of a message that are read
CLAUSE = re.compile(r"[^,.!?;\n]+\??")  # with its question mark
# What may stand before the word that asks: «а скажите, за сколько», «и в какие дни».
_LEAD_IN = (
    r"(?:(?:а|и|и еще|еще|но|ну|так|вот|то|же|или|скажите|подскажите|интересно|можно узнать|интересует|салем|слушайте"
    r"|хотел\w* (?:узнать|спросить)|and|so|but|also|ok|well|в|во|на|с|со|до|за|к|ко|по|от|из|у|для|о|об) )*"
)
_RUSSIAN = re.compile(
    _LEAD_IN + r"(?:(?:сколько|насколько|почем|когда|где(?!.?то)|куда|откуда|почему|зачем|кому|кто|кого|кем|чей"
    r"|чья|чье|чьи|как(?:ой|ая|ое|ие|их|им|ую|ого|ому|ом)|можно ли|есть ли|нельзя ли|бывает ли"
    r"|сориентируйте|расскажите|объясните|посоветуйте|порекомендуйте|что (?:входит|нужно|по|за|если|с)"
    r"|как (?:долго|быстро|скоро|часто|далеко|к вам|у вас|вы|с вами|оплат\w+|оформ\w+|заказ\w+|записат\w+|проехат\w+"
    r"|узна\w+|происход\w+|проход\w+|это))(?![\w-])|(?:есть|можно) \w+(?: \w+){0,4} ли(?!\w))"
    r"|.{0,60}?(?<!\w)(?:ваш\w*|вы|мы|наш\w*|я|мо[йяеи]|сво[йяеи])"
    r" или (?:ваш\w*|вы|мы|наш\w*|я|мо[йяеи]|сам\w*|сво[йяеи]|нет)(?!\w)"
    r"|.{0,60}?(?<!\w)(?:кто|кем|как(?:ой|ая|ое|ие)|сколько|когда|где|куда)"
    r" (?:будет|будете|у вас|приед\w+|вы|можно|ваш\w*)(?!\w)"
)
# «Окна делаете», «крышу вы тоже делаете», «чоп копаете»: what the company does. No imperative ends so.
_WE_DO = re.compile(
    r"(?<!\w)(?<!если )(?<!когда )(?<!как )(?<!\bв )(?<!\bна )(?<!\bо )(?<!\bпо )(?<!\bпри )(?<!\bраз )"
    r"(?:\w{2,20}(?:ете|етесь)"
    r"|(?:стро|бур|став|крас|вар|чин|воз|чист|провод|подвод|производ|штукатур|бел|готов|уч|леч|сверл|руб|пил|ло[жв]"
    r"|отдел|утепл|монт|продо?л|отправ|достав|привоз|вывоз|выход|ход|наход|стел|нос|гаранти?р)(?:ите|итесь))(?!\w)"
)
# Words in that ending that ask for nothing.
_NO_VERB = re.compile(
    r"(?:хот|знае|понимае|вид|думае|считае|желае|можете?|захот)\w*|интернете|туалете|кабинете"
    r"|паркете|бюджете|буфете|смете|макете|пакете|предмете|билете|ответе|свете|лете|газете|анкете|планете"
)
_KAZAKH = re.compile(
    r"(?<=\w )(?:ма|ме|ба|бе|па|пе)(?:екен|шы)?(?!\w)"
    r"|(?<!\w)\w{0,20}(?:бар|жок|керек|болад?ы|болды|сыз|сиз|дар|дер|лар|лер|емес|[аеий]ды|[аеий]ди|[дт]ыныз|[дт]иниз|мын|мин)"
    r"(?:ма|ме|ба|бе|па|пе)(?!\w)"
    r"|(?<!\w)(?:кандай|канша\w*|кашан\w*|кайда\w*|кай"
    r"|ким(?:ге|ди|мен|нин| болады| бар| келеди| хабар\w*)|неше\w*|неге|калай|кайсы\w*)(?!\w)"
)
_NO_ASKING = re.compile(
    r"(?<!\w)(?:билмей\w*|болса да|болсын|бол?са болды|не знаю|неважно|не важно|все равно|без разницы|don.?t know"
    r"|doesn.?t matter)(?!\w)"
)
_ENGLISH = re.compile(
    _LEAD_IN + r"(?:do|does|did|can|could|will|would|are|is|have|has|should|how|what|what.?s|when|where|which|who|why"
    r"|whose) (?:you|your|u|i|we|it|there|this|that|the|they|a|an|someone|somebody|anybody|anyone|much|many|long|soon"
    r"|far|kind|sort|type|about|if|time|price|do|does|is|are|will|can|would|should)(?!\w)"
)
# «Сәлеметсіз бе», «амансыздар ма» greet, and ask nothing.
_GREETING = re.compile(
    r"(?<!\w)(?:салем|салам|сламат|аман|жаксымысы|калайсы|халы|арма|кеш жарык)\w*(?: (?:ма|ме|ба|бе|па|пе))?(?!\w)"
)
# «Почём забор», «шатырды жабу қанша», «сколько диагностика»: what is counted is money.
_OF_PRICE = re.compile(
    r"(?<!\w)(?:почем|ценник|прайс|сколько(?! (?:дн|дня|врем|ждат|лет|месяц|недел|час|человек|дет|люд|комнат|этаж|метр"
    r"|квадр|сот|раз|надо|нужн|займ|дел|длит|у вас|мест|вас|можно|их|там|это займ))"
    r"|(?:цену|стоимость|по цене) (?:сориент|скаж|наз)|бага\w+ (?:айт|жаз)"
    r"|(?:сориент|скаж|назов|подскаж)\w+ (?:по |мне )?(?:цен|стоим)"
    r"|канша(?:га|дан)?(?! (?:шаршы|кун|уакыт|ай|жыл|болме|адам|метр|сагат|орын|сотык|кв))"
    r"|how much(?! (?:time|longer|space))|(?:price|cost)\?)"
)
# «Вы не ответили», «дизайн туралы сұрадым»: the question that came before is asked again.
_AGAIN = re.compile(
    r"(?<!\w)(?:вы (?:мне |так |еще |же )*не ответил"
    r"|не ответили (?:на|же|или)|так и не (?:узна|сказа|понял)|(?:сначала|сперва|лучше) (?:ответ|скаж)|ответьте"
    r"|я (?:же )?спр[ао][шс]|вопрос (?:был|простой|задал)|жауап бер(?:мед|ини|син)|сурадым|суракка"
    r"|(?:didn.?t|haven.?t|not) answer"
    r"|answer (?:my|the|me)|i (?:just )?asked)"
)


def asked(text: str) -> list[tuple[int, int]]:
    """Where the clauses that ask begin and end in the text, each with its question mark."""
    return [part.span() for part in CLAUSE.finditer(text[:_READ]) if _asks(part[0])]


def asks(text: str) -> bool:
    """Does the message ask something?"""
    return "?" in text or asks_again(text) or bool(asked(text))


def asks_for_price(text: str) -> bool:
    """Does the message ask what something costs?"""
    return _OF_PRICE.search(fold(text[:_READ])) is not None


def asks_again(text: str) -> bool:
    """Does the message say that a question of his was left without an answer?"""
    return _AGAIN.search(fold(text[:_READ])) is not None


def _asks(clause: str) -> bool:
    said = _GREETING.sub("", fold(clause)).strip()
    if said.endswith("?"):
        return True
    if _NO_ASKING.search(said):
        return False
    verbs = (found for found in _WE_DO.finditer(said) if not _NO_VERB.fullmatch(found[0]))
    begins = _RUSSIAN.match(said) or _ENGLISH.match(said)
    return bool(begins or _KAZAKH.search(said) or next(verbs, None))
