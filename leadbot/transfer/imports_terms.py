"""What other programs call columns, stages and lost reasons: amoCRM, Bitrix24, Google Contacts, 1C, and people.

Patterns are matched against a name as `plain` makes it. The first that fits says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from leadbot.texts.folding import fold

NOTE, NOTHING = "note", ""  # a column of which a note is made, and one of which nothing is taken
_MARKS = re.compile(r"[^\w%₸]+|_")


def plain(name: str) -> str:
    """A name without case, marks, brackets and numbers: «Телефон*», `Phone 1 - Value` are телефон, phone value."""
    words = _MARKS.sub(" ", fold(name).replace("м2", "м²").replace("м²", " квм ")).split()
    return " ".join(word for word in words if not word.isdecimal())


def _patterns(rows: tuple[tuple[str, str], ...]) -> list[tuple[str, re.Pattern[str]]]:
    return [(key, re.compile(fold(pattern))) for key, pattern in rows]


COLUMNS = _patterns((
    (NOTHING, r"\b(label|type|тип телефона|вид телефона|вид контактной|photo|фото|phonetic|prefix|suffix|id|ид"
              r"|код|guid)\b|^(№|номер|n|ru|labels|time zone|валюта|воронка|pipeline|has duplicates)$|\b(рожд"
              r"|birthday|туган)|измен|редакт|закрыт|modif|updat|closed|дополнительно о стадии|группа стадий"
              r"|\bкем\b|повторн|добавочн|последн|ответственный за контакт|ответственный за компанию"),
    (NOTE, r"\b(факс|fax|пейджер|pager)"),
    (NOTE, r"e ?mail|\bпочт|адрес электронн|мейл"),
    ("phone", r"\b(тел|телефон\w*|phone\w*|моб|мобил\w*|сотов\w*|сотк[аи] тел|уялы|whatsapp|вотсап|ватсап|mobile"
              r"|cell|tel)\b|^(контактный номер|номер для связи|номири|байланыс номири|номер клиента|номера)$"),
    ("last_name", r"^(контакт )?(фамилия|last name|family name|surname|теги|тек)( контакта| клиента)?$"),
    ("middle_name", r"^(контакт )?(отчество|middle name|additional name|акесинин аты)( контакта| клиента)?$"),
    ("status", r"^(этап|стади|статус|stage|status|кезен|куйи|мартебе|deal stage|lead status)|\b(этап|стадия"
               r"|статус) (сделки|лида|заявки)\b"),
    ("lost_reason", r"причин\w*( отказ| закр| потер| проигр| провал)?|(lost|loss|close) reason|reason lost"
                    r"|бас тарту себеби|^себеби$"),
    ("call_at", r"перезвон|следующ\w+ (звон|контакт|касани)|call ?back|next (call|contact)|кайта конырау"
                r"|конырау шалу"),
    ("created_time", r"^(время|уакыты?|time)( создания| заявки| обращения| звонка)?$"),
    ("created_at", r"\b(дата|date|куни|кун)\b( и время)?|\bсоздан|created|добавлен|^когда$|курылган|timestamp"
                   r"|отметка времени"),
    ("assignee", r"ответствен|менеджер|responsible|assigne|owner|manager|жауапты"),
    ("source", r"источник|\bsource|дереккоз|откуда|канал"),
    ("language", r"^(язык|тили?|language)$"),
    ("city", r"\b(город\w*|населенн\w+ пункт|кала\w*|city|town|елди мекен)\b"),
    (NOTE, r"адрес|address|мекенжай|улица|street"),
    ("area", r"площад|квадратур|метраж|\bквм\b|\bкв м\b|^area|\bауданы?\b|соток|сотых|размер"),
    ("object_type", r"\b(объект\w*|нысан\w*|object\w*)\b|вид (работ|строительств)|тип (дома|помещени|жилья)"
                    r"|что (строим|строить|нужно)"),
    ("notes", r"коммент|примечан|заметк|^notes?\b|comment|тусиниктеме|ескертпе|пикир"),
    ("summary", r"описан|обращени|\bсуть|запрос|потребност|услуг|товар|интересует|название (сделки|лида|заявки)"
                r"|deal (name|title)|^title$|сипаттама|description|отыниш|сообщение|message|мазмун"),
    (NOTE, r"компани|организац|company|organization|должност|job|бюджет|сумма|budget|amount|стоимост|цена|^теги "
           r"|^тег|tags|сайт|website|иин|бин|инн|utm"),
    ("name", r"\b(фио|ф и о|full name|аты жони|аты|клиент\w*|контакт\w*|контрагент\w*|client|customer|contact"
             r"|покупател\w*|заказчик\w*)\b|^(имя|name|first name|given name|наименование|есими|полное имя"
             r"|как зовут|фамилия имя( отчество)?|имя (и )?фамилия)$|имя"),
))  # fmt: skip

STAGES = _patterns((
    ("lost", r"не ?реализ|провал|проигр|отказ|\blost|неуспе|некачеств|бас тарт|спам|дубл|junk|закрыт[оа]? и не"
             r"|анализ причин|отмен|rejected|unqualified"),
    ("won", r"успеш|реализов|\bwon\b|договор|оплач|сконверт|контракт|келисим|выигр|сделка закрыта|продан"
            r"|converted|аванс|предоплат|завершен|выполнен"),
    ("measurement", r"замер|выезд|осмотр|встреч|олше|visit|meeting"),
    ("estimate", r"смет|коммерч|\bкп\b|сч[её]т|расч[её]т|предложени|estimate|quote|proposal|invoice"
                 r"|принима\w+ решен|думает|подготовка документ|баға"),
    ("in_progress", r"в работе|взят|перегов|контакт|обработ(ан|ке)|квалиф|качествен|перезвон|недозвон|звон"
                    r"|progress|contacted|qualified|жумыс|назначен"),
    ("new", r"нов|неразобр|не ?обработ|первич|входящ|\bnew\b|open|заявк|лид|жана|incoming|unsorted"),
))  # fmt: skip
# «Не обработан» is new, «обработан» is not; an agreement that is being talked over or a bill is no contract yet.
_STAGES_FIRST = _patterns((
    ("new", r"не ?обработ|неразобр|первичн\w+ обращ"),
    ("estimate", r"согласован|подготовк\w+ договор|\bсч[её]т"),
))  # fmt: skip

REASONS = _patterns((
    ("duplicate", r"дубл|повтор|duplicate|кайталан"),
    ("spam", r"спам|spam|бот\b|реклам|соискател|ошиб\w+ номер|не тот номер"),
    ("expensive", r"дорог|цен[аы]|бюджет|не устро\w+ (цен|стоим)|нет денег|кымбат|баға|expens|price|budget|кредит"),
    ("competitor", r"конкур|друг(ой|ую|их|ому)|выбрал|баск|competitor|уже (наш|сдела|постро)|чуж"),
    ("unreachable", r"недозв|не (отвеч|берет|выходит|дозв)|нет связи|пропал|недоступ|жауап берме|no answer"
                    r"|unreach|молчит|не на связи"),
    ("postponed", r"отлож|перен[её]с|позже|позднее|пауз|передумал|не сейчас|весн|неактуал|не актуал"
                  r"|пропала потребн|кейин|postpon|later|not now|нет потребн"),
    ("not_ours", r"не наш|не занима|не подход|нецелев|не целев|друг(ой|ая) (город|регион|област)|не устро"
                 r"|условия|нет в ассорт|биздин|not our|unsuit|вне зоны"),
))  # fmt: skip


@lru_cache(maxsize=4096)
def stage(said: str) -> str | None:
    """Which of our stages another system's means, as far as its words tell."""
    return _first(STAGES_IN_ORDER, said)


@lru_cache(maxsize=4096)
def reason(said: str) -> str | None:
    """Which of our lost reasons another system's means."""
    return _first(REASONS, said)


def column(name: str, own: Mapping[str, str]) -> str:
    """What a column of this name holds: one of our fields by its own name, else by what others call it; empty for
    nothing."""
    folded = plain(name)
    if not folded:
        return NOTHING
    return own[folded] if folded in own else _first(COLUMNS, folded) or NOTHING


STAGES_IN_ORDER = [*_STAGES_FIRST, *STAGES]


def _first(patterns: list[tuple[str, re.Pattern[str]]], said: str) -> str | None:
    text = fold(said)
    return next((key for key, pattern in patterns if pattern.search(text)), None)
