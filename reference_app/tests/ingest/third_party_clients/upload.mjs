// Uploads one file by tus-js-client and says in one line of JSON how it ended. Its orders come as JSON on stdin.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const order = JSON.parse(readFileSync(0, "utf8"));
const { Upload } = createRequire(order.modules)("tus-js-client");

const chunks = [];
const tell = (result) => console.log(JSON.stringify({ url: upload.url, chunks, ...result }));

const upload = new Upload(readFileSync(order.file), {
  endpoint: order.endpoint,
  headers: order.headers,
  metadata: order.metadata,
  retryDelays: order.retryDelays ?? null,
  ...order.options,
  onChunkComplete: (_size, accepted) => {
    chunks.push(accepted);
    if (order.stopAfter === chunks.length) {
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
