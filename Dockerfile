# Five images from one file: app (the poller), capture, ocr, static (page, gateway and edge), simulator.
#   task images                                             builds them all with CONTAINER_TOOL
#   PLATFORMS="linux/amd64 linux/arm64" task images         for both processors
#   buildah build --target ocr                              builds one
# `task images` pins the two bases by digest where the registry tells one. What takes long (packages, bundles, ffmpeg) runs on
# the builder's own processor whatever the image is for; only the short steps of the last stages are emulated.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG DEBIAN_IMAGE=debian:bookworm-slim
# The builder's own processor and the image's: every stage names one, because buildah 1.28 keeps to the last that was named.
ARG BUILDPLATFORM
ARG TARGETPLATFORM

# ---------------------------------------------------------------- what runs: one bundle per function, the page

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
# Where the page and the code of this installation are: static/page/README.md.
ARG SITE_URL=
ARG CODE_URL=
RUN node build.js --production

# Each function gets only the packages that its bundle left outside, and of those only what its processor runs.
FROM build AS modules
ARG TARGETARCH
RUN arch=$(node -p "({ amd64: 'x64', '': process.arch })['$TARGETARCH'] ?? '$TARGETARCH'") \
 && if [ "$arch" != "$(node -p process.arch)" ]; then npm ci --ignore-scripts --os linux --cpu "$arch"; fi \
 && node knative/images/modules.js "$arch" /modules/capture dist/functions/capture/main.js \
 && node knative/images/modules.js "$arch" /modules/ocr dist/functions/ocr/main.js \
 && node knative/images/modules.js "$arch" /modules/simulator dist/local/twitch/main.js '@fontsource/*' '@fontsource-variable/*'

# ---------------------------------------------------------------- ffmpeg that decodes live video and does nothing else

# Debian's own package brings 246 MB of libraries for formats no stream has, and opens 200 of them at every start.
# This is Debian's source, so its security fixes come along, with only what a Twitch segment needs.
FROM --platform=$BUILDPLATFORM ${DEBIAN_IMAGE} AS ffmpeg
ARG TARGETARCH
# Debian's compilers for either processor have the same names on both.
RUN target=${TARGETARCH:-$(dpkg --print-architecture)} \
 && case $target in amd64) triple=x86_64-linux-gnu compiler=gcc-x86-64-linux-gnu ;; arm64) triple=aarch64-linux-gnu compiler=gcc-aarch64-linux-gnu ;; \
    *) echo "no ffmpeg for $target here" >&2; exit 1 ;; esac \
 && printf 'target=%s triple=%s\n' "$target" "$triple" > /tmp/target \
 && if [ -f /etc/apt/sources.list.d/debian.sources ]; then sed -i 's/^Types: deb$/Types: deb deb-src/' /etc/apt/sources.list.d/debian.sources; \
    else sed -i 's/^deb \(.*\)/&\ndeb-src \1/' /etc/apt/sources.list; fi \
 && dpkg --add-architecture "$target" \
 && apt-get update && apt-get install -y --no-install-recommends "$compiler" "libc6-dev:$target" "zlib1g-dev:$target" gcc libc6-dev make nasm xz-utils dpkg-dev
WORKDIR /src
RUN . /tmp/target && apt-get source --only-source ffmpeg && cd ffmpeg-*/ \
 && ./configure --enable-cross-compile --target-os=linux --arch="${triple%%-*}" --cross-prefix="$triple-" \
      --disable-everything --disable-autodetect --disable-doc --disable-debug --disable-avdevice --disable-swresample --disable-network \
      --enable-zlib --disable-ffplay --disable-ffprobe --prefix=/opt/ffmpeg \
      --enable-decoder=h264,hevc,aac --enable-parser=h264,hevc,aac --enable-demuxer=mpegts,mov,h264,hevc \
      --enable-bsf=h264_mp4toannexb,hevc_mp4toannexb,extract_extradata,null \
      --enable-protocol=file,pipe --enable-muxer=image2,image2pipe,rawvideo,null \
      --enable-encoder=png,mjpeg,rawvideo,bmp,ppm,wrapped_avframe \
      --enable-filter=crop,extractplanes,scale,format,fps,select,showinfo,metadata,trim,setpts,copy,null,buffer,buffersink,tile,pad,setsar \
 && make -j2 && make install-progs

# ---------------------------------------------------------------- the functions

FROM --platform=$TARGETPLATFORM ${NODE_IMAGE} AS function
# npm is for building. 10001: a number, so that Kubernetes can see that it is not root.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn*
ENV NODE_ENV=production
WORKDIR /app
USER 10001:10001
LABEL org.opencontainers.image.title=rotisserie \
      org.opencontainers.image.description="RedZone for battle-royale games" \
      org.opencontainers.image.licenses=Apache-2.0

# `task images` labels each image with its revision. Where nothing else changed, buildah 1.28 would take the last one with its old
# label from its cache: so every stage that runs ends with a step that a new revision changes.

# The poller, and the bridge from ConfigMap kube-lego to cert-manager, which runs from the same image.
FROM function AS app
COPY --from=build /src/dist/functions/poller/main.js ./
COPY --from=build /src/dist/cert/kube-lego/main.js ./kube-lego.js
ARG REVISION=unknown
RUN : "$REVISION"
EXPOSE 3000
CMD ["node", "main.js"]

FROM function AS capture
COPY --from=ffmpeg /opt/ffmpeg/bin/ffmpeg /usr/local/bin/ffmpeg
COPY --from=modules /modules/capture ./node_modules
COPY --from=build /src/dist/functions/capture/main.js ./
ARG REVISION=unknown
RUN : "$REVISION"
EXPOSE 3003
CMD ["node", "main.js"]

FROM function AS ocr
COPY --from=modules /modules/ocr ./node_modules
COPY --from=build /src/functions/ocr/models ./models
COPY --from=build /src/dist/functions/ocr/main.js ./
ARG REVISION=unknown
RUN : "$REVISION"
EXPOSE 3001
CMD ["node", "main.js"]

# The Twitch simulator, for demonstrations and tests. It encodes video, so it has all of ffmpeg.
FROM --platform=$TARGETPLATFORM ${NODE_IMAGE} AS simulator
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg fonts-dejavu-core && rm -rf /var/lib/apt/lists/* \
 && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=modules /modules/simulator ./node_modules
COPY --from=build /src/dist/local/twitch/main.js ./
USER 10001:10001
ARG REVISION=unknown
RUN : "$REVISION"
LABEL org.opencontainers.image.title=rotisserie-simulator org.opencontainers.image.licenses=Apache-2.0
CMD ["node", "main.js"]

# ---------------------------------------------------------------- nginx: ROLE says static, gateway or edge

FROM --platform=$TARGETPLATFORM ${DEBIAN_IMAGE} AS static
RUN apt-get update && apt-get install -y --no-install-recommends nginx-light openssl && rm -rf /var/lib/apt/lists/*
COPY static/nginx /etc/rotisserie/nginx
COPY static/page/csp.txt /etc/rotisserie/page/csp.txt
COPY --from=build /src/dist/static /usr/share/rotisserie
USER 10001:10001
ARG REVISION=unknown
RUN : "$REVISION"
LABEL org.opencontainers.image.title=rotisserie-static org.opencontainers.image.licenses=Apache-2.0
ENTRYPOINT ["/etc/rotisserie/nginx/entrypoint.sh"]
