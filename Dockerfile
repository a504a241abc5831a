# The service and its dashboard, for a PostgreSQL of yours (`leads serve`): non-root, and its root file system may be read-only.
FROM node:22-slim AS dashboard
WORKDIR /app/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY service/openapi.yaml /app/service/openapi.yaml
COPY web ./
RUN npm run --silent build

FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements/run.txt requirements/run.txt
RUN python -m venv /app/.venv \
    && /app/.venv/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY service service
RUN /app/.venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin leads
WORKDIR /app
COPY --from=build /app /app
COPY sql sql
COPY migrations migrations
COPY --from=dashboard /app/web/dist web/dist
ENV PATH=/app/.venv/bin:$PATH HOST=0.0.0.0 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', 8000)}/healthz\", timeout=4)"]
ENTRYPOINT ["leads"]
CMD ["serve"]
