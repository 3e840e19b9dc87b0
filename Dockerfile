# Image of one service: api (without pandas, numpy and scikit-learn), trainer or predict. AWS runs predict as two
# functions: one for requests, one for its queue. By default an image runs on Lambda; with
# `python -m mini_ml.local.service` it runs a web server and pollers. `make images` builds all three; one of them:
#
#   docker build --build-arg SERVICE=trainer --tag mini-ml-trainer:local .
ARG BASE_IMAGE=python:3.12-slim

# Only the first stage depends on the name of the service. Docker compares the files that later stages copy from it, so
# services with the same requirements share the layer with their libraries.
FROM ${BASE_IMAGE} AS files
ARG SERVICE
COPY requirements/${SERVICE}.txt /build/requirements.txt
COPY mini_ml /var/task/mini_ml
COPY functions/__init__.py /var/task/functions/__init__.py
COPY functions/${SERVICE} /var/task/functions/${SERVICE}
# CMD cannot contain the name of the service, so the handler has the same name in every image.
COPY functions/${SERVICE}/handler.py /var/task/handler.py

FROM ${BASE_IMAGE} AS build
COPY --from=files /build /build
# Bytecode is not validated by timestamp, because the folders are read-only and layers change timestamps. All files are
# readable by any user, because Lambda runs images as its own user.
RUN python3 -m venv --without-pip /opt/venv \
    && python3 -m pip --python /opt/venv/bin/python install --quiet --no-cache-dir --no-compile \
        --only-binary :all: --require-hashes --requirement /build/requirements.txt \
    && find /opt/venv -type d \( -name tests -o -name test \) -prune -exec rm -r {} + \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/venv/lib \
    && chmod -R a+rX /opt/venv
COPY --from=files /var/task /var/task
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /var/task && chmod -R a+rX /var/task

FROM ${BASE_IMAGE}
COPY --from=build /opt/venv /opt/venv
COPY --from=build /var/task /var/task
WORKDIR /var/task
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYDANTIC_DISABLE_PLUGINS=__all__ \
    HOME=/tmp JOBLIB_TEMP_FOLDER=/tmp
USER 10001:10001
ARG BASE_IMAGE
ARG SERVICE
LABEL org.opencontainers.image.title="mini-ml-${SERVICE}" \
    org.opencontainers.image.description="Service ${SERVICE} of Mini-ML-Platform: train and serve tabular models" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.version="0.1.0" \
    org.opencontainers.image.base.name="${BASE_IMAGE}"
ENTRYPOINT ["/opt/venv/bin/python", "-m", "awslambdaric"]
CMD ["handler.lambda_handler"]
