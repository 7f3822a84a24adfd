// Uploads one file by tus-js-client and says in one line of JSON how it ended. Its orders come as JSON on stdin.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const options = JSON.parse(readFileSync(0, "utf8"));
const { Upload } = createRequire(options.modules)("tus-js-client");

const chunks = [];
const tell = (result) => console.log(JSON.stringify({ url: upload.url, chunks, ...result }));

const upload = new Upload(readFileSync(options.file), {
  endpoint: options.endpoint,
  headers: options.headers,
  metadata: options.metadata,
  retryDelays: options.retryDelays ?? null,
  ...options.options,
  onChunkComplete: (_size, accepted) => {
    chunks.push(accepted);
    if (options.stopAfter === chunks.length) {
      upload.abort();
      tell({ ended: "stopped" });
    }
  },
  onSuccess: () => tell({ ended: "uploaded" }),
  onError: (error) =>
    tell({
      ended: "refused",
      status: error.originalResponse?.getStatus(),
      body: error.originalResponse?.getBody(),
    }),
});
upload.start();
