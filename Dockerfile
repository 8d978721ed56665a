# syntax=docker/dockerfile:1
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
ARG TARGETOS TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X main.release=$VERSION" -o /out/dateline ./cmd/dateline \
 && mkdir -p /out/root/data /out/root/tmp && chmod 1777 /out/root/tmp

FROM scratch
ARG VERSION=dev
LABEL org.opencontainers.image.title="Dateline" \
      org.opencontainers.image.description="A news desk: feeds in, topics out" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/dateline /dateline
COPY --from=build --chown=65532:65532 /out/root/ /
USER 65532:65532
WORKDIR /data
VOLUME /data
ENV DATELINE_CONFIG=/etc/dateline/dateline.yaml \
    DATELINE_STORE=/data/dateline.db \
    DATELINE_LISTEN=:8080
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["/dateline", "healthcheck"]
ENTRYPOINT ["/dateline"]
CMD ["serve"]
