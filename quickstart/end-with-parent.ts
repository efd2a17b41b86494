/** Loaded before API and worker: they end when the quickstart is gone, even when it was killed. */
process.on('disconnect', () => void process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
