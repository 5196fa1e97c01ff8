"""A bare Flask view: what gunicorn, Werkzeug and Flask cost by themselves."""

from flask import Flask

app = Flask(__name__)


@app.route("/")
def view():
    """A word."""
    return "hello"
