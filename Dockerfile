# A server in a container: docker build --tag openhands-express .
# deploy/compose.yaml runs it with PostgreSQL and Redis; docs/operations/README.md says the rest.

FROM node:22-bookworm-slim AS build
WORKDIR /app
# First what seldom changes, so that a change of the sources does not install everything anew.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY build ./build
COPY lib ./lib
RUN npm run build:main
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    FILE_STORE_PATH=/var/lib/openhands-express
WORKDIR /app
# Owned by root: the server can write to its store, and to nothing else.
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE CHANGELOG.md ./
COPY lib/enterprise/LICENSE ./lib/enterprise/LICENSE
RUN install --directory --mode=0700 --owner=node --group=node /var/lib/openhands-express
USER node
VOLUME /var/lib/openhands-express
EXPOSE 3000
# Whether the process answers, not whether it is ready: no restart mends a database that is away.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/alive').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/cli/openhands-express.js"]
CMD ["serve"]
