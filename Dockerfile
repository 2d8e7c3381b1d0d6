# The mock as an image: `docker build -t kling-mock . && docker run --rm -p 8080:8080 kling-mock`.
FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements/mock.txt requirements/mock.txt
RUN python -m venv /opt/kling \
 && /opt/kling/bin/pip install --no-cache-dir --require-hashes --requirement requirements/mock.txt
COPY pyproject.toml README.md LICENSE ./
COPY spec spec
COPY generated generated
COPY generator/kling_codegen generator/kling_codegen
COPY mock_server mock_server
COPY contract_tests/kling_contract contract_tests/kling_contract
RUN /opt/kling/bin/pip install --no-cache-dir --no-deps .

FROM python:3.12-slim
ENV PATH=/opt/kling/bin:$PATH PYTHONUNBUFFERED=1
COPY --from=build /opt/kling /opt/kling
RUN useradd --create-home --uid 10001 kling && mkdir /data && chown kling /data
USER 10001
WORKDIR /data
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=2s --retries=6 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/_mock/ready', timeout=2)"]
ENTRYPOINT ["kling-mock", "serve", "--host", "0.0.0.0", "--port", "8080"]
