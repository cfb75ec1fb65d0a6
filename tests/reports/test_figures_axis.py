"""The axis of the figures' chart bears round numbers, whatever stands above it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from conftest import Web
from flask import Flask
from making import put_leads

from leadbot.web.reports.figures import Chart, Point, round_step

AXES = {
    0: [1, 0],
    1: [1, 0],
    3: [3, 2, 1, 0],
    4: [4, 3, 2, 1, 0],
    5: [6, 4, 2, 0],
    9: [10, 5, 0],
    10: [10, 5, 0],
    17: [20, 15, 10, 5, 0],
    34: [40, 30, 20, 10, 0],
    50: [60, 40, 20, 0],
    90: [100, 75, 50, 25, 0],
    101: [150, 100, 50, 0],
    544: [600, 400, 200, 0],
    999: [1000, 750, 500, 250, 0],
    1630: [2000, 1500, 1000, 500, 0],
    1_000_001: [1_500_000, 1_000_000, 500_000, 0],
}


def drawn(most: int) -> Chart:
    points = [Point(date(2026, 1, day), leads, 0) for day, leads in ((1, 0), (2, most))]
    return Chart(points, round_step(most))


@pytest.mark.parametrize("most", AXES)
def test_the_steps_are_round_and_few(most: int) -> None:
    chart = drawn(most)
    assert chart.scale == AXES[most]
    highest = float(chart.line.rpartition(",")[2])
    assert highest == pytest.approx(120 * (1 - most / chart.top), abs=0.01) and highest >= 0


def test_every_step_is_1_2_25_or_5_and_a_power_of_ten() -> None:
    for most in (*range(1, 500), 8123, 99_999):
        chart = drawn(most)
        step = chart.scale[-2]
        assert str(step).rstrip("0") in {"1", "2", "25", "5"}, most
        assert most <= chart.top < most + step and 2 <= len(chart.scale) <= 5, most


def test_as_many_lines_are_drawn_as_have_a_number(app: Flask, almaty: Web) -> None:
    put_leads(app, almaty.company_id or 0, 34)
    page = almaty.get("/figures").text
    axis = re.search(r'<div class="y">(.*?)</div>', page, re.S)
    assert axis and re.findall(r"<span>(\d+)", axis[1]) == ["40", "30", "20", "10", "0"]
    grid = re.search(r'class="grid" d="([^"]+)"', page)
    assert grid and re.findall(r"M0 ([\d.]+)H", grid[1]) == ["0.5", "30", "60", "90", "119.5"]
