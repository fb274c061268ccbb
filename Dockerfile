# The command deid-core, and nothing that it does not need. Build: docker build -t deid-core .
#
#   mkdir -p work
#   docker run --rm --network none --user "$(id -u):$(id -g)" \
#     -v "$PWD/images:/in:ro" -v "$PWD/work:/work" \
#     deid-core run /in --output out --profile basic
#
# Inputs are mounted read-only, outputs and keys are in the folder that is mounted as /work.
FROM python:3.13-slim AS build

WORKDIR /src
RUN python -m venv /opt/deid-core
COPY requirements/run.txt requirements/
RUN /opt/deid-core/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY . .
RUN /opt/deid-core/bin/pip install --no-cache-dir --no-deps --no-build-isolation .


FROM python:3.13-slim

COPY --from=build /opt/deid-core /opt/deid-core
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /work deid \
    && install --directory --owner deid --group deid --mode 0700 /work
ENV PATH=/opt/deid-core/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /work
VOLUME ["/work"]
ENTRYPOINT ["deid-core"]
CMD ["--help"]
