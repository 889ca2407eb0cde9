# Dateline's page in a container; docs/guides/container.md says how to use it.
FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /opt/dateline
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# The packages first: they change less often than the code.
COPY requirements.lock ./
RUN /opt/dateline/bin/python -m pip install --no-deps --require-hashes --requirement requirements.lock
COPY app.py pyproject.toml README.md ./
COPY docs/reference/openapi.json ./docs/reference/openapi.json
COPY api ./api
COPY .streamlit ./.streamlit
COPY dateline ./dateline
COPY index ./index
COPY rag ./rag
COPY ui ./ui
RUN /opt/dateline/bin/python -m pip install --no-deps --no-build-isolation --no-index . \
    && /opt/dateline/bin/python -m pip check

FROM python:3.11-slim
COPY --from=build /opt/dateline /opt/dateline
RUN mkdir -p /data/seeds /data/store && chown -R 1000:1000 /data && chmod 700 /data/store
# The root of the file system is read-only; what Streamlit and the sandbox write for a moment goes to /tmp.
ENV PATH=/opt/dateline/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    DATELINE_SEEDS=/data/seeds DATELINE_STORE=/data/store
USER 1000:1000
WORKDIR /data
VOLUME ["/data/seeds", "/data/store"]
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["dateline"]
# It refuses to start unless one of the settings that --host asks for is set.
CMD ["serve", "--host", "0.0.0.0"]
