"""What a company and its people are called: it stands in letters to strangers, so no address is in it."""

from __future__ import annotations

import pytest
from conftest import PASSWORD, Web
from flask import Flask

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.errors import Invalid
from leadbot.models import Company
from leadbot.texts import text_input

LURES = [
    "Выигрыш http://prize.test/1", "Ваш приз на www.priz", "Зайдите на приз.рф", "bonus-kz.top", "Приз: go.prize.kz/a",
    "ＷＷＷ．приз", "bank.\u200bkz срочно", "HTTPS://10.0.0.1", "Заберите на priz.com!",
]  # fmt: skip
NAMES = [
    "ТОО «Дом.Сад»",
    "А.Б.Строй",
    "Build & Co., Ltd.",
    "Г. Алматы, ул. Абая",
    "ИП Ким А.С.",
    "Үй-құрылыс 24/7",
    "No.1",
    "Sarai.kz",
    "ТОО «Terem-Stroy.kz»",
]


@pytest.mark.parametrize("name", LURES)
def test_no_name_is_an_address(app: Flask, almaty: Web, name: str) -> None:
    for field in ("company_name", "name"):
        with pytest.raises(Invalid):
            text_input.name_of(name, field, most=200)
    account = {"email": "new@example.kz", "password": PASSWORD, "company_name": name}
    assert app.test_client().post("/api/auth/register", json=account).status_code == 422
    form = {"company_name": name, "language": "ru", "time_zone": "Asia/Almaty"}
    answer = almaty.post("/settings/company", form)
    assert answer.status_code == 422 and "без адреса сайта" in answer.text


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_dots_is_a_name(name: str) -> None:
    assert text_input.name_of(name, "company_name", most=200) == name


def test_a_company_that_is_called_so_already_can_set_the_rest(app: Flask, almaty: Web) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.get_one(Company, almaty.company_id).name = "Сарай.kz"
        db.session.commit()
    form = {"company_name": "Сарай.kz", "language": "kk", "time_zone": "Asia/Almaty"}
    assert almaty.post("/settings/company", form).status_code == 303
