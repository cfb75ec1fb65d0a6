"""Servers of others, played on 127.0.0.1: real sockets, scripted answers, and every fault that the real ones have."""

from doubles.model import OpenAIDouble
from doubles.telegram import TelegramDouble

__all__ = ["OpenAIDouble", "TelegramDouble"]
