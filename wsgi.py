"""What gunicorn and the flask command load."""

from dotenv import load_dotenv

from leadbot import create_app
from leadbot.config import ROOT
from leadbot.serve import die_with_supervisor

die_with_supervisor()
load_dotenv(ROOT / ".env")
app = create_app()
