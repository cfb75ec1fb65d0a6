"""The few Chinese words that builders and traders here write: cut out of a line that has no spaces between words."""

from __future__ import annotations

from collections.abc import Iterator

_TOWNS = (
    "阿拉木图=алматы 阿斯塔纳=астана 努尔苏丹=астана 奇姆肯特=шымкент 希姆肯特=шымкент "
    "卡拉干达=караганда 阿克托别=актобе 阿克套=актау 阿特劳=атырау 塔拉兹=тараз "
    "巴甫洛达尔=павлодар 塞梅伊=семей 科斯塔奈=костанай 克孜勒奥尔达=кызылорда 突厥斯坦=туркестан "
    "乌拉尔=уральск 塔尔迪库尔干=талдыкорган 科克舍套=кокшетау 厄斯克门=оскемен"
)
_THINGS = (
    "办公室=офис 写字楼=офис 房子=дом 房屋=дом 住宅=дом 别墅=коттедж 公寓=квартира 套房=квартира "
    "商店=магазин 店铺=магазин 超市=магазин 仓库=склад 厨房=кухня 浴室=ванная 卫生间=ванная "
    "屋顶=крыша 围墙=забор 围栏=забор 餐厅=ресторан 饭店=ресторан 咖啡厅=кафе 酒店=гостиница "
    "宾馆=гостиница 工厂=завод 厂房=цех 车库=гараж 车间=цех 学校=школа 诊所=клиника "
    "宿舍=общежитие 窗户=окна 阳台=балкон 桑拿=баня"
)
_REST = "平方米=квадрат 平米=квадрат 平方=квадрат 装修=ремонт 翻新=ремонт 维修=ремонт 建造=построить 电话=телефон"
_WORDS = dict(pair.split("=") for pair in f"{_TOWNS} {_THINGS} {_REST}".split())
_LONGEST = max(map(len, _WORDS))


def is_han(char: str) -> bool:
    """Is this a Chinese sign?"""
    return "\u4e00" <= char <= "\u9fff"


def cut(raw: str) -> Iterator[tuple[int, int, str]]:
    """The words of a run of signs: where each begins and ends, and the Russian one it stands for, or itself."""
    at = begun = 0
    while at < len(raw):
        ends = range(min(at + _LONGEST, len(raw)), at + 1, -1)
        end = next((end for end in ends if raw[at:end] in _WORDS), at)
        if end > at:
            if begun < at:
                yield begun, at, raw[begun:at]
            yield at, end, _WORDS[raw[at:end]]
            begun = end
        at = max(end, at + 1)
    if begun < len(raw):
        yield begun, len(raw), raw[begun:]
