"""What gunicorn and the flask command load."""

from dotenv import load_dotenv

from leadbot import create_app
from leadbot.config import ROOT

load_dotenv(ROOT / ".env")
app = create_app()
