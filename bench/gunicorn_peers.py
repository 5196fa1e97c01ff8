"""The playground's gunicorn settings for the others; they write no access log."""

import os

worker_class = "gthread"
workers = int(os.environ["PLAYGROUND_WORKERS"])
threads = int(os.environ["PLAYGROUND_THREADS"])
bind = f"127.0.0.1:{os.environ['PLAYGROUND_PORT']}"
control_socket_disable = True
