# One image for the API, the worker and the migrations; the command selects one. It contains no build tools.

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Install scripts are not needed: the build runs Prisma's generator.
RUN npm ci --ignore-scripts
COPY .config .config
COPY prisma prisma
COPY src src
COPY workers workers
COPY console console
COPY tsconfig.json tsconfig.build.json ./
RUN npm run build

FROM node:20-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages are the embedded PostgreSQL of the quickstart.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:20-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    LOG_DIR=/var/log/rollcall \
    CSV_ROOT=/data
WORKDIR /app
RUN mkdir -p /var/log/rollcall /data && chown node:node /var/log/rollcall
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY prisma/migrations prisma/migrations
COPY package.json LICENSE ./
USER node
VOLUME /var/log/rollcall
EXPOSE 3000
# For the API; docker-compose.yml disables it for services without the API.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/src/server.js"]
