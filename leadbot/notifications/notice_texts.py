"""The words of managers' notices, in ru, kk and en."""

from __future__ import annotations

from collections.abc import Mapping

NO_BREAK = "\u00a0"

PHRASES: Mapping[str, Mapping[str, str]] = {
    "number": {"ru": "№\u00a0{number}", "kk": "№\u00a0{number}", "en": "#{number}"},
    "guest": {"ru": "Гость\u00a0{number}", "kk": "Қонақ\u00a0{number}", "en": "Guest\u00a0{number}"},
    "test": {"ru": "ТЕСТ · ", "kk": "СЫНАҚ · ", "en": "TEST · "},
    "new": {"ru": "🆕 {lead}: {who}", "kk": "🆕 {lead}: {who}", "en": "🆕 {lead}: {who}"},
    "updated": {
        "ru": "✏️ {lead}: новые данные. {label}: {value}",
        "kk": "✏️ {lead}: жаңа мәлімет. {label}: {value}",
        "en": "✏️ {lead}: new details. {label}: {value}",
    },
    "otherwise": {
        "ru": "✏️ {lead}: клиент говорит иначе. {label}: {value}. В карточке осталось: {kept}",
        "kk": "✏️ {lead}: клиент басқаша айтып отыр. {label}: {value}. Карточкада қалғаны: {kept}",
        "en": "✏️ {lead}: the client says otherwise. {label}: {value}. The card keeps: {kept}",
    },
    "call_back": {
        "ru": "🔔 Перезвоните в {time}: {who}. {note}",
        "kk": "🔔 Сағат {time}, қайта қоңырау шалыңыз: {who}. {note}",
        "en": "🔔 Call back at {time}: {who}. {note}",
    },
    "assignee": {"ru": "Ответственный: {name}", "kk": "Жауапты: {name}", "en": "Assignee: {name}"},
    "returned": {
        "ru": "🔁 {lead}: клиент написал снова. {who}",
        "kk": "🔁 {lead}: клиент қайта жазды. {who}",
        "en": "🔁 {lead}: the client wrote again. {who}",
    },
    "voice": {
        "ru": "🎧 Есть голосовое, послушайте",
        "kk": "🎧 Дауыстық хабарлама бар, тыңдаңыз",
        "en": "🎧 There is a voice message to hear",
    },
    "call": {
        "ru": "🙋 Клиент ждёт менеджера: {who}. «{words}»",
        "kk": "🙋 Клиент менеджерді күтіп тұр: {who}. «{words}»",
        "en": "🙋 A client is waiting for a manager: {who}. “{words}”",
    },
    "calls": {
        "ru": "🙋 Сразу много клиентов зовут менеджера. Кто ждёт, видно в диалогах.",
        "kk": "🙋 Бірден көп клиент менеджерді шақырып жатыр. Кім күтіп тұрғаны диалогтарда көрінеді.",
        "en": "🙋 Many clients are calling for a manager at once. Conversations shows who is waiting.",
    },
    "complaint": {
        "ru": "❗ {owner}, жалоба клиента: {who}. «{words}»",
        "kk": "❗ {owner}, клиент шағымданып тұр: {who}. «{words}»",
        "en": "❗ {owner}, a client complains: {who}. “{words}”",
    },
    "withdrawn": {
        "ru": "✋ {lead}: клиент передумал. {who}. «{words}»",
        "kk": "✋ {lead}: клиент райынан қайтты. {who}. «{words}»",
        "en": "✋ {lead}: the client has changed their mind. {who}. “{words}”",
    },
    "reminder": {
        "ru": "⏰ {lead} ждёт {n} мин, никто не взял: {who}",
        "kk": "⏰ {lead} {n} мин күтіп тұр, ешкім алған жоқ: {who}",
        "en": "⏰ {lead} has waited {n} min, nobody has taken it: {who}",
    },
    "escalation": {
        "ru": "❗ {owner}, {lead} без ответа {n} мин. {who}. Нужен ответственный",
        "kk": "❗ {owner}, {lead} {n} мин жауапсыз тұр. {who}. Жауапты керек",
        "en": "❗ {owner}, {lead} unanswered for {n} min. {who}. Needs an assignee",
    },
    "unanswered": {
        "ru": "❗ {owner}, клиент ждёт ответа {n} мин: {who}. «{words}»",
        "kk": "❗ {owner}, клиент {n} мин жауап күтіп тұр: {who}. «{words}»",
        "en": "❗ {owner}, a client has waited {n} min for an answer: {who}. “{words}”",
    },
    "digest_head": {"ru": "☀️ {date}, {weekday}", "kk": "☀️ {date}, {weekday}", "en": "☀️ {weekday}, {date}"},
    "digest": {
        "ru": "Новые: {new} · Не звонили: {untouched} · Просрочено: {overdue} · Ждут в чате: {waiting}",
        "kk": "Жаңа: {new} · Қоңырау шалынбаған: {untouched} · Мерзімі өткен: {overdue} · Чатта күтіп тұр: {waiting}",
        "en": "New: {new} · Not called: {untouched} · Overdue: {overdue} · Waiting in chat: {waiting}",
    },
    "digest_clear": {
        "ru": "Всё разобрано. Хорошего дня!",
        "kk": "Бәрі қаралды. Күніңіз сәтті өтсін!",
        "en": "All clear. Have a good day!",
    },
    "connected": {
        "ru": "Готово: сюда будут приходить заявки компании {company}.",
        "kk": "Дайын: {company} компаниясының өтінімдері осында келеді.",
        "en": "Done: leads of {company} will arrive here.",
    },
    "wrong_code": {
        "ru": "Эта ссылка уже не действует. Вернитесь в Leadbot и нажмите «Подключить» ещё раз.",
        "kk": "Бұл сілтеме енді жарамсыз. Leadbot-қа оралып, «Қосу» түймесін қайта басыңыз.",
        "en": "This link works no longer. Go back to Leadbot and press “Connect” once more.",
    },
    "check": {
        "ru": "Тестовое сообщение: сюда будут приходить заявки компании {company}.",
        "kk": "Сынақ хабарламасы: {company} компаниясының өтінімдері осында келеді.",
        "en": "Test message: leads of {company} will arrive here.",
    },
}
SOURCES: Mapping[str, Mapping[str, str]] = {
    "widget": {"ru": "Сайт", "kk": "Сайт", "en": "Website"},
    "telegram": {"ru": "Telegram", "kk": "Telegram", "en": "Telegram"},
    "api": {"ru": "API", "kk": "API", "en": "API"},
    "manual": {"ru": "Вручную", "kk": "Қолмен", "en": "By hand"},
    "test": {"ru": "Тест", "kk": "Сынақ", "en": "Test"},
}
TALK_LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "ru": {"ru": "русский", "kk": "орысша", "en": "Russian"},
    "kk": {"ru": "казахский", "kk": "қазақша", "en": "Kazakh"},
    "en": {"ru": "английский", "kk": "ағылшынша", "en": "English"},
}


# What stands on a card besides the fields.
MARKS: Mapping[str, Mapping[str, str]] = {
    "contact_by": {"ru": "Связь", "kk": "Байланыс", "en": "Contact"},
    "contact_name": {"ru": "Кому звонить", "kk": "Кімге хабарласу керек", "en": "Whom to call"},
}
